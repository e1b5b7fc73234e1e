"""Workflow texts that test GitHub's rules one by one, accepted by GitHub or not.

Each group has a frame and the texts for its `@`, one per line; `\\n` in a line is the end of a line, `\\t` a tab.
"""

_JOB = "jobs: {a: {runs-on: x, steps: [{run: y}]}}\n"
_STEPS = "    steps:\n      - run: y\n"

GROUPS: dict[str, tuple[str, str]] = {
    "triggers": (
        f"on: @\n{_JOB}",
        """
push
[push, pull_request]
repository_dispatch
[push, repository_dispatch]
[]
{}
""
psh
[push, psh]
[push, [pull_request]]
5
null
true
{push: }
{push: null, pull_request: null}
{push: {}}
{push: []}
{push: main}
{psh: }
{push: {branch: main}}
{push: {branches: main}}
{push: {branches: [main, 'release/**', '!release/old']}}
{push: {branches: []}}
{push: {branches: ''}}
{push: {branches: }}
{push: {branches: [1, 2.5]}}
{push: {branches: [[main]]}}
{push: {branches: {main: }}}
{push: {branches-ignore: [dev], tags: ['v*']}}
{push: {tags-ignore: ['v*'], paths: [src/**]}}
{push: {paths-ignore: [docs/**]}}
{push: {branches: [**]}}
{push: {branches: [*, main]}}
{push: {branches: [!main]}}
{push:}
{push:, pull_request:}
{push: {branches:[main]}}
{push:{branches:[main]}}
{"push":{"branches":["main"]}}
[push:]
[push ,pull_request , ]
{push: {branches: [main], branches-ignore: [dev]}}
{push: {tags: [v1], tags-ignore: [v2]}}
{pull_request: {paths: [src/**], paths-ignore: [docs/**]}}
{push: {types: [opened]}}
{push: {Branches: [main]}}
{push: {branches: [main], BRANCHES: [dev]}}
{push: {branches: ['${{ github.ref }}']}}
{PUSH: }
Push
{pull_request: {types: opened}}
{pull_request: {types: [opened, synchronize, ready_for_review, auto_merge_enabled]}}
{pull_request: {types: [open]}}
{pull_request: {types: [Opened]}}
{pull_request: {types: []}}
{pull_request: {types: }}
{pull_request: {branches: [main], paths: ['**.py'], types: [closed]}}
{pull_request: {tags: [v1]}}
{pull_request_target: {branches-ignore: [x], types: [labeled]}}
{pull_request_review: {types: [submitted]}}
{pull_request_review: {types: [created]}}
{pull_request_review_comment: {types: [created]}}
{issues: {types: [opened, labeled, pinned, typed]}}
{issues: {types: [created]}}
{issue_comment: {types: [created]}}
{release: {types: [published, released]}}
{release: {types: [publish]}}
{release: {branches: [main]}}
{create: }
{create: {branches: [main]}}
{delete: {}}
{fork: }
{public: }
{status: {types: [a]}}
{deployment_status: }
{watch: {types: [started]}}
{label: {types: [created]}}
{milestone: {types: [opened, closed]}}
{merge_group: {types: [checks_requested], branches: [main]}}
{merge_group: {types: [destroyed]}}
{check_suite: {types: [completed]}}
{check_run: {types: [rerequested]}}
{branch_protection_rule: {types: [created]}}
{discussion: {types: [answered]}}
{discussion_comment: {types: [edited]}}
{registry_package: {types: [published]}}
{gollum: }
{page_build: }
{project: {types: [created]}}
{project_card: }
{image_version: {names: [a], versions: ['1.*'], types: [ready]}}
{workflow_run: {workflows: [CI], types: [completed], branches: [main]}}
{workflow_run: {workflows: CI}}
{workflow_run: {workflow: [CI]}}
{repository_dispatch: {types: [deploy]}}
{repository_dispatch: {types: deploy}}
{repository_dispatch: }
schedule
workflow_dispatch
workflow_call
{push: , push: }
{push: , Push: }
${{ 'push' }}
""",
    ),
    "schedules": (
        f"on: {{schedule: @}}\n{_JOB}",
        """
[{cron: '0 6 * * 1'}]
[{cron: '*/5 * * * *'}, {cron: '0 0 1,15 * MON-FRI'}]
[{cron: '0 0 * JAN,feb sun'}]
[{cron: '5-10/2 0-23 1-31 1-12 0-6'}]
[{cron: 'every day'}]
[{cron: '0 6 * *'}]
[{cron: '0 6 * * * *'}]
[{cron: '60 6 * * *'}]
[{cron: '0 24 * * *'}]
[{cron: '0 0 0 * *'}]
[{cron: '0 0 * 13 *'}]
[{cron: '0 0 * * 7'}]
[{cron: '10-5 * * * *'}]
[{cron: '*/0 * * * *'}]
[{cron: '*/ * * * *'}]
[{cron: '1,,2 * * * *'}]
[{cron: '1-2-3 * * * *'}]
[{cron: '* * * * mon-sun'}]
[{cron: '@daily'}]
[{cron: '0 0 L * *'}]
[{cron: '0 0 ? * *'}]
[{cron: ' 0 0 * * *'}]
[{cron: '0  0 * * *'}]
[{cron: "0\\t0 * * *"}]
[{cron: '1.5 * * * *'}]
[{cron: ''}]
[{cron: }]
[{cron: 5}]
[{cron: '0 6 * * 1', timezone: Europe/Berlin}]
[{timezone: UTC}]
[{cron: '0 6 * * 1', zone: UTC}]
[{crons: '0 6 * * 1'}]
['0 6 * * 1']
{cron: '0 6 * * 1'}
'0 6 * * 1'
[]
null
""",
    ),
    "inputs of a dispatch": (
        f"on: {{workflow_dispatch: {{inputs: {{x: @}}}}}}\n{_JOB}",
        """
{}
null
text
{description: Which one, required: true}
{required: 'true'}
{required: yes}
{type: string, default: a}
{type: string, default: 5}
{type: string, default: true}
{type: boolean, default: true}
{type: boolean, default: 'true'}
{type: boolean, default: }
{type: number, default: 5}
{type: number, default: five}
{type: environment, default: production}
{type: choice, options: [a, b], default: a}
{type: choice, options: []}
{type: choice}
{type: choice, options: a}
{type: choice, options: [1, 2]}
{type: string, options: [a]}
{options: [a]}
{type: text}
{type: Boolean}
{type: }
{default: '${{ github.ref }}'}
{descripton: x}
{deprecationMessage: x}
""",
    ),
    "inputs of a call": (
        f"on: {{workflow_call: @}}\n{_JOB}",
        """
null
{}
{inputs: {x: {type: string}}}
{inputs: {x: {}}}
{inputs: {x: {type: choice, options: [a]}}}
{inputs: {x: {type: environment}}}
{inputs: {x: {type: boolean, default: '${{ github.ref == 1 }}'}}}
{inputs: {x: {type: boolean, default: no}}}
{inputs: {x: {type: string, default: '${{ secrets.A }}'}}}
{inputs: {x: {type: string, required: true, description: y}}}
{inputs: [x]}
{inputs: }
{secrets: {TOKEN: }}
{secrets: {TOKEN: {required: true, description: x}}}
{secrets: {TOKEN: {required: 1}}}
{secrets: {TOKEN: {type: string}}}
{secrets: inherit}
{outputs: {o: {value: '${{ jobs.a.outputs.o }}'}}}
{outputs: {o: {value: '${{ needs.a.outputs.o }}'}}}
{outputs: {o: {description: x}}}
{outputs: {o: x}}
{input: {}}
""",
    ),
    "the file": (
        f"on: push\n@\n{_JOB}",
        """
name: CI
name:
name: 5
name: [a]
name: CI ${{ github.ref }}
name: ${{ 'quoted' }}
description: What it does
run-name: Deploy by ${{ github.actor }}
run-name: ${{ secrets.A }}
run-name: ${{ inputs.x || vars.Y }}
env: {A: b, C: 1, D: true, E: }
env: {A: '${{ secrets.X }}'}
env: {A: '${{ matrix.x }}'}
env: {A: '${{ env.B }}'}
env: {A: [b]}
env: {A: {b: c}}
env:
env: []
env: ${{ fromJSON(vars.ENV) }}
env: {A: b, a: c}
env: {'': x}
env: {'${{ github.ref }}': x}
defaults: {run: {shell: bash, working-directory: src}}
defaults: {run: {shell: ''}}
defaults: {run: {shel: bash}}
defaults: {shell: bash}
defaults: {run: }
defaults:
defaults: {}
defaults: {run: {working-directory: '${{ github.workspace }}'}}
concurrency: deploy
concurrency: ''
concurrency: ${{ github.workflow }}-${{ github.ref }}
concurrency: ${{ matrix.x }}
concurrency: {group: deploy, cancel-in-progress: true}
concurrency: {group: deploy, cancel-in-progress: '${{ github.ref != 1 }}'}
concurrency: {group: deploy, cancel-in-progress: 'true'}
concurrency: {cancel-in-progress: true}
concurrency: {group: deploy, queue: max}
concurrency: {group: deploy, queue: max, cancel-in-progress: true}
concurrency: {group: deploy, queue: all}
concurrency: {group: deploy, cancel: true}
concurrency: [deploy]
job: {}
Name: CI
True: push
jobs: {}
x-common: &x {a: b}
'': x
""",
    ),
    "permissions": (
        f"on: push\npermissions: @\n{_JOB}",
        """
read-all
write-all
none
read
{}
null
{contents: read}
{contents: read, packages: write, id-token: write, attestations: write}
{copilot-requests: write}
{copilot-requests: read}
{vulnerability-alerts: read}
{vulnerability-alerts: write}
{models: read}
{models: write}
{id-token: read}
{id-token: none}
{code-quality: read, artifact-metadata: write, drives: none}
{contents: admin}
{contents: Read}
{contents: }
{contents: true}
{content: read}
{workflows: write}
{metadata: read}
{Contents: read}
{pull-requests: write, issues: write, statuses: write, checks: write, deployments: write, discussions: write}
{pages: write, repository-projects: read, security-events: write, actions: read}
{contents: '${{ github.ref }}'}
[contents]
""",
    ),
    "jobs": (
        "on: push\njobs: @\n",
        """
{}
null
[]
{a: }
{a: {}}
{a: {runs-on: x}}
{a: {runs-on: x, steps: []}}
{a: {runs-on: x, steps: }}
{a: {runs-on: x, steps: {run: y}}}
{a: {steps: [{run: y}]}}
{a: {runs-on: x, uses: ./.github/workflows/b.yml}}
{a: {uses: ./.github/workflows/b.yml, steps: [{run: y}]}}
{a b: {runs-on: x, steps: [{run: y}]}}
{1a: {runs-on: x, steps: [{run: y}]}}
{-a: {runs-on: x, steps: [{run: y}]}}
{_a-1: {runs-on: x, steps: [{run: y}]}}
{__a: {runs-on: x, steps: [{run: y}]}}
{ä: {runs-on: x, steps: [{run: y}]}}
{5: {runs-on: x, steps: [{run: y}]}}
{a: {runs-on: x, steps: [{run: y}]}, A: {runs-on: x, steps: [{run: y}]}}
{a: {runs-on: x, needs: b}, b: {runs-on: x}}
{a: {runs-on: x, needs: [b, c]}, b: {runs-on: x}, c: {runs-on: x, needs: b}}
{a: {runs-on: x, needs: [b, b]}, b: {runs-on: x}}
{a: {runs-on: x, needs: a}}
{a: {runs-on: x, needs: b}, b: {runs-on: x, needs: a}}
{a: {runs-on: x, needs: b}, b: {runs-on: x, needs: c}, c: {runs-on: x, needs: a}, d: {runs-on: x}}
{a: {runs-on: x, needs: c}, b: {runs-on: x}}
{a: {runs-on: x, needs: B}, b: {runs-on: x}}
{a: {runs-on: x, needs: []}}
{a: {runs-on: x, needs: ''}}
{a: {runs-on: x, needs: }}
{a: {runs-on: x, needs: ['${{ 1 }}']}}
{a: {runs-on: x, needs: {b: }}, b: {runs-on: x}}
""",
    ),
    "keys of a job": (
        "on: push\njobs:\n  a: {runs-on: x, steps: [{run: y}], @ }\n",
        """
name: A
name: 'A ${{ matrix.os }}'
name: ${{ github.ref }}
name: '${{ secrets.A }}'
name: '${{ env.A }}'
timeout-minutes: 5
timeout-minutes: 1.5
timeout-minutes: '5'
timeout-minutes: five
timeout-minutes: '${{ inputs.minutes }}'
timeout-minutes: '${{ fromJSON(vars.T) }}'
timeout-minutes: '${{ env.T }}'
cancel-timeout-minutes: 5
continue-on-error: true
continue-on-error: 'true'
continue-on-error: '${{ matrix.experimental }}'
continue-on-error: '${{ steps.x.outcome }}'
continue-on-error:
strategy: {matrix: {os: [a, b], v: [1, 2]}}
strategy: {matrix: {os: a}}
strategy: {matrix: {os: []}}
strategy: {matrix: {}}
strategy: {}
strategy:
strategy: {matrix: '${{ fromJSON(needs.x.outputs.m) }}'}
strategy: {matrix: {os: '${{ fromJSON(vars.OS) }}'}}
strategy: {matrix: {os: [a], include: [{os: b, v: 1}], exclude: [{os: a}]}}
strategy: {matrix: {include: {os: b}}}
strategy: {matrix: {include: [b]}}
strategy: {matrix: {include: '${{ fromJSON(vars.X) }}'}}
strategy: {matrix: {os: [{name: a, v: [1]}, {name: b}]}}
strategy: {matrix: {os: [a], OS: [b]}}
strategy: {matrix: {os: ['${{ matrix.v }}']}}
strategy: {matrix: {os: ['${{ secrets.V }}']}}
strategy: {fail-fast: false, max-parallel: 2, matrix: {v: [1]}}
strategy: {fail-fast: 'false'}
strategy: {fail-fast: '${{ inputs.x }}'}
strategy: {max-parallel: two}
strategy: {max_parallel: 2}
concurrency: deploy
concurrency: ''
concurrency: 'x-${{ matrix.os }}'
concurrency: '${{ env.X }}'
concurrency: {group: '${{ github.ref }}', cancel-in-progress: true}
concurrency: {group: x, queue: single}
environment: production
environment: ''
environment: {name: production, url: 'https://example.org/${{ steps.x.outputs.y }}'}
environment: {name: production, url: '${{ secrets.URL }}'}
environment: {name: '${{ matrix.env }}', deployment: false}
environment: {name: p, deployment: maybe}
environment: {url: 'https://example.org'}
environment: '${{ inputs.environment }}'
environment: '${{ steps.x.outputs.y }}'
environment: [production]
env: {A: '${{ secrets.A }}', B: '${{ needs.x.outputs.y }}'}
env: {A: '${{ env.B }}'}
env: {A: '${{ steps.x.outputs.y }}'}
env: {A: '${{ hashFiles(1) }}'}
env: '${{ fromJSON(vars.ENV) }}'
env: {'${{ matrix.key }}': x}
outputs: {o: '${{ steps.x.outputs.y }}'}
outputs: {o: '${{ hashFiles(1) }}'}
outputs: '${{ fromJSON(1) }}'
outputs: [o]
defaults: {run: {shell: 'bash {0}', working-directory: '${{ matrix.dir }}'}}
defaults: {run: {shell: '${{ steps.x.outputs.y }}'}}
container: python:3.12
container: ''
container:
container: '${{ matrix.image }}'
container: {image: python:3.12, env: {A: b}, ports: [80, '8080:80'], volumes: ['a:/b'], options: --cpus 1}
container: {image: ''}
container: {env: {A: b}}
container: {env: {A: '${{ env.X }}'}}
container: {image: x, ports: 80}
container: {image: x, credentials: {username: '${{ github.actor }}', password: '${{ secrets.P }}'}}
container: {image: '${{ secrets.I }}'}
container: {image: x, credentials: {user: a}}
container: {image: x, entrypoint: y}
services: {db: {image: postgres:17, ports: ['5432:5432'], options: --health-cmd pg_isready}}
services: {db: postgres:17}
services: {db: ''}
services: {db: }
services: {db: {ports: [1]}}
services: {db: {image: x, command: y, entrypoint: z}}
services: {db: {image: x, env: {P: '${{ secrets.P }}'}}}
services: '${{ fromJSON(1) }}'
services: [db]
permissions: {contents: read}
permissions: read-all
permissions: {contents: write-all}
snapshot: image
snapshot: {image-name: x, version: 1.*}
snapshot: {version: 1}
with: {a: b}
secrets: inherit
timeout: 5
Steps: []
env: {A: b}, env: {C: d}
tags: [x]
""",
    ),
    "runs-on": (
        "on: push\njobs:\n  a:\n    steps: [{run: y}]\n    runs-on: @\n",
        """
ubuntu-latest
[self-hosted, linux]
[]
''

5
${{ matrix.os }}
${{ fromJSON(vars.RUNNER) }}
[self-hosted, '${{ matrix.os }}']
${{ env.OS }}
${{ 'ubuntu-latest' }}
ubuntu-${{ matrix.version }}
{group: big}
{group: org/big, labels: [x]}
{group: organization/big}
{group: company/big}
{group: ent/}
{group: a/b/c}
{group: '${{ vars.G }}'}
{labels: ubuntu-latest}
{label: x}
{}
[[a]]
""",
    ),
    "calls": (
        "on: push\njobs:\n  a: {@}\n",
        """
uses: ./.github/workflows/b.yml
uses: ./.github/workflows/b.yaml
uses: ./.github/workflows/b.yml@v1
uses: ./.github/workflows/sub/b.yml
uses: ./.github/workflows/.yml
uses: ./.github/workflows/b
uses: ./b.yml
uses: b.yml
uses: ''
uses:
uses: o/r/.github/workflows/b.yml@v1
uses: o/r/.github/workflows/b.yml
uses: o/r/.github/workflows/b.yml@
uses: o/r/.github/workflows/b.yml@main@1
uses: o/r/.github/workflows/b.yml@a..b
uses: o/r/.github/workflows/b.yml@/x
uses: o/r/.github/workflows/b.yml@x.lock
uses: o/.github/workflows/b.yml@v1
uses: o r/x/.github/workflows/b.yml@v1
uses: o/r/b.yml@v1
uses: o/r@v1
uses: '${{ matrix.x }}'
uses: ./.github/workflows/b.yml, with: {a: 1, b: true, c: '${{ needs.x.outputs.y }}'}
uses: ./.github/workflows/b.yml, with: {a: '${{ secrets.X }}'}
uses: ./.github/workflows/b.yml, with: {a: '${{ env.X }}'}
uses: ./.github/workflows/b.yml, with: {a: [1]}
uses: ./.github/workflows/b.yml, with: '${{ fromJSON(1) }}'
uses: ./.github/workflows/b.yml, secrets: inherit
uses: ./.github/workflows/b.yml, secrets: Inherit
uses: ./.github/workflows/b.yml, secrets: {T: '${{ secrets.T }}'}
uses: ./.github/workflows/b.yml, secrets: {T: '${{ steps.T }}'}
uses: ./.github/workflows/b.yml, secrets: []
uses: ./.github/workflows/b.yml, strategy: {matrix: {v: [1]}}, name: 'x ${{ matrix.v }}', if: always()
uses: ./.github/workflows/b.yml, env: {A: b}
uses: ./.github/workflows/b.yml, timeout-minutes: 5
uses: ./.github/workflows/b.yml, environment: x
uses: ./.github/workflows/b.yml, permissions: {contents: read}, concurrency: x
uses: ./.github/workflows/b.yml, runs-on: x
""",
    ),
    "steps": (
        "on: push\njobs:\n  a:\n    runs-on: x\n    steps: [@]\n",
        """
{run: y}
{run: ''}
{run: }
{run: 5}
{run: [y]}
{uses: actions/checkout@v4}
{uses: actions/checkout}
{uses: actions/checkout@}
{uses: checkout@v4}
{uses: /checkout@v4}
{uses: actions/checkout@v4@v5}
{uses: actions/cache/restore@v4}
{uses: ./own}
{uses: own}
{uses: docker://alpine}
{uses: o/r/.github/workflows/b.yml@v1}
{uses: ''}
{uses: 'actions/checkout@${{ matrix.v }}'}
{uses: actions/checkout@v4, run: y}
{}
null
text
[]
{name: only}
{name: x, run: y, id: x, if: always(), shell: bash, working-directory: z, timeout-minutes: 1, continue-on-error: true}
{run: y, shell: 'python {0}'}
{run: y, shell: ''}
{run: y, shell: '${{ matrix.shell }}'}
{run: y, shel: bash}
{run: y, with: {a: b}}
{uses: a/b@v1, shell: bash}
{uses: a/b@v1, working-directory: x}
{uses: a/b@v1, with: {a: 1, b: true, c: , d: '${{ secrets.X }}'}}
{uses: a/b@v1, with: {a: [1]}}
{uses: a/b@v1, with: [a]}
{uses: a/b@v1, with: '${{ fromJSON(1) }}'}
{uses: a/b@v1, env: {A: b}}
{run: y, env: '${{ fromJSON(1) }}'}
{run: y, env: {A: '${{ hashFiles(1) }}'}}
{run: y, env: [A]}
{run: y, id: x}, {run: z, id: x}
{run: y, id: x}, {run: z, id: X}
{run: y, id: a b}
{run: y, id: 1a}
{run: y, id: __a}
{run: y, id: ''}
{run: y, id: '${{ matrix.x }}'}
{run: y, timeout-minutes: '5'}
{run: y, timeout-minutes: '${{ matrix.t }}'}
{run: y, continue-on-error: yes}
{run: y, continue-on-error: '${{ matrix.x }}'}
{run: y, name: '${{ secrets.X }} ${{ steps.x.outcome }}'}
{run: y, Run: z}
{run: y, needs: x}
{run: y, background: true}
{wait: x}
{parallel: [{run: a}, {run: b}]}
{parallel: [{run: a}, {uses: checkout}]}
{parallel: []}
{parallel: {run: a}}
{parallel: [{parallel: [{run: a}]}]}
""",
    ),
    "conditions of a job": (
        f"on: push\njobs:\n  a:\n    runs-on: x\n    if: @\n{_STEPS}",
        """
github.ref == 'refs/heads/main'
github.ref == "refs/heads/main"
"github.ref == 'refs/heads/main'"
${{ github.ref == 'refs/heads/main' }}
${{ github.ref }} == 'refs/heads/main'
${{ false }} == true
${{ github.ref == 'x' }} && ${{ github.actor == 'y' }}
"${{ github.ref == 'x' }} "
${{ github.ref == 'refs/heads/main'
${{ }}
${{ github.ref == "x" }}
github.ref = 'x'
github.ref === 'x'
github.ref == refs/heads/main
github.ref == main
github.ref == ‘x’
github.ref == 'x' & github.actor == 'y'
github.ref == 'x' and github.actor == 'y'
github.ref == 'x' || github.actor
(github.ref == 'x'
github.ref == 'x')
github.ref ==
== 'x'
true
false
1
null
''

always()
Always()
succes()
success()
success(1)
failure('b')
cancelled()
cancelled('b')
always
hashFiles('a')
secrets.A
env.A == 'x'
matrix.os == 'x'
steps.x.outcome == 'failure'
runner.os == 'Linux'
needs.b.result == 'success'
inputs.x && vars.Y
jobs.a.result
githb.ref
github
github.
github..ref
github.event.commits[0].message
github.event.commits.*.message
github['ref']
github["ref"]
github[0]
'it''s'
'it's'
contains(github.ref, 'x')
contains(github.ref)
contains(github.ref, 'x', 'y')
contains(github.ref, 'x',)
startsWith(github.ref, 'x') && endswith(github.ref, 'y')
starts_with(github.ref, 'x')
format('{0} {1}', 'a', 'b') == 'a b'
format('{0} {1}', 'a')
format('{0')
format('}')
format()
join(github.event.labels.*.name, ', ')
toJSON(github)
fromJSON('[1]')[0]
case(true, 1, 2)
case(true, 1)
case(true, 1, false, 2)
!true
"!true"
"!cancelled()"
"!(github.ref == 'x')"
${{ !cancelled() }}
-1
+1.5e3 < 0x1F
1-2
.5
5.
1..2
NaN
Infinity
NULL
[1]
github.ref == 'x' # comment
${{ 'text' }}
${{ 'true' }}
${{ insert }}
a b
github.ref 'x'
((((((((((((((((((((((((((((((((((((((((((((((((true))))))))))))))))))))))))))))))))))))))))))))))))
(((((((((((((((((((((((((((((((((((((((((((((((((((((true)))))))))))))))))))))))))))))))))))))))))))))))))))))
|\\n      github.ref == 'x' &&\\n      github.actor == 'y'
>-\\n      ${{ github.ref == 'x' }}
[true]
{a: b}
""",
    ),
    "conditions of a step": (
        "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: y\n        if: @\n",
        """
matrix.os == 'x'
steps.x.outcome == 'failure'
env.A == 'x'
secrets.A != ''
jobs.a.result
failure()
failure('b')
always() && hashFiles('**/*.lock') != ''
hashFiles()
runner.os == 'Linux' && job.status == 'success'
${{ secrets.A }}
${{ env.X }} == 'y'
${{ always() }}
needs.b.outputs.x
""",
    ),
    "expressions in a script": (
        "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: @\n",
        """
echo ${{ github.ref }}
echo ${{github.ref}}
echo ${{ secrets.A }} ${{ vars.B }} ${{ inputs.c }} ${{ needs.d }} ${{ strategy.e }} ${{ job.f }} ${{ runner.g }}
echo ${{ jobs.a }}
echo ${{ always() }}
echo ${{ hashFiles('a', 'b') }}
echo ${{ }}
echo ${{
echo ${{ github.ref }
echo }} $ {{ x }}
echo $${{ github.ref }}
echo ${{ '}}' }}
echo ${{ 'a }}
echo ${{ github.ref }} ${{ nothing }}
echo ${{ github.ref | x }}
echo ${{ github.ref || 'x' }}
echo ${{ matrix.os == 'x' && 'a' || 'b' }}
echo $GITHUB_REF {{ x }}
"|\\n          echo ${{ github.ref }}"
""",
    ),
    "whole files": (
        "@\n",
        """
on: push
jobs: {a: {runs-on: x, steps: [{run: y}]}}
- on: push
text
5
{}
[]
on: push\\njobs: {a: {runs-on: x, steps: [{run: y}]}}\\n---\\na: b
# nothing
on: push\\njobs:\\n  a:\\n    runs-on: x\\n    steps:\\n      - &s\\n        run: y\\n      - *s
on: push\\njobs:\\n  a: &a\\n    runs-on: x\\n    steps: [{run: y}]\\n  b: *a
on: push\\njobs:\\n  a: &a\\n    runs-on: x\\n    steps: [{run: y}]\\n  b:\\n    <<: *a
on: push\\njobs:\\n  a:\\n    runs-on: x\\n    steps: *nothing
on: push\\njobs:\\n\\ta:\\n\\t\\truns-on: x
on: push\\njobs:\\n  a:\\n    runs-on: x\\n   steps:\\n    - run: y
on: push\\njobs:\\n  a:\\n    runs-on: x\\n    steps:\\n    - run: echo a: b
on: push\\njobs:\\n  a:\\n    runs-on: x\\n    steps:\\n    - run: "echo
on: push\\njobs:\\n  a:\\n    runs-on: x\\n    steps:\\n    - run: @x
on: push\\njobs:\\n  a:\\n    runs-on: x\\n    steps:\\n    - run: %x
on: push\\njobs:\\n  a:\\n    runs-on: x\\n    steps:\\n    - run: `x`
on: push\\njobs:\\n  a:\\n    runs-on: x\\n    steps: [{run: y}\\n
on: push\\nname: a\\tb \\t c\\njobs: {a: {runs-on: x, steps: [{run: y}]}}
on: push\\nname: a\\t\\n  b\\t# c\\njobs: {a: {runs-on: x, steps: [{run: y\\tz}]}}
on:\\tpush\\njobs: {a: {runs-on: x, steps: [{run: y}]}}
on: push\\t\\njobs: {a: {runs-on: x, steps: [{run: y}]}}\\t# comment
on: push\\n\\t\\njobs: {a: {runs-on: x, steps: [{run: y}]}}
on:\\n\\tpush:\\njobs: {a: {runs-on: x, steps: [{run: y}]}}
on: push\\njobs:\\n  a:\\n    runs-on: x\\n    steps:\\n    -\\trun: y
on: push\\r\\njobs:\\r\\n  a:\\r\\n    runs-on: x\\r\\n    steps:\\r\\n    - run: y\\r\\n
"on": push\\n"jobs": {"a": {"runs-on": "x", "steps": [{"run": "y"}]}}
on: push\\nconcurrency: x\\njobs: {a: {runs-on: x, concurrency: x, steps: [{run: y}]}}
on: push\\nconcurrency: x\\njobs: {a: {runs-on: x, concurrency: {group: x}, steps: [{run: y}]}}
on: push\\nconcurrency: x\\njobs: {a: {runs-on: x, concurrency: {group: z}, steps: [{run: y}]}}
on: push\\non: pull_request\\njobs: {a: {runs-on: x, steps: [{run: y}]}}
on: push\\njobs: {a: {runs-on: x, steps: [{run: y}]}}\\njobs: {b: {runs-on: x, steps: [{run: y}]}}
on: !!str push\\njobs: {a: {runs-on: x, steps: [{run: y}]}}
on: push\\njobs: {a: {runs-on: x, timeout-minutes: 0x10, steps: [{run: y}]}}
on: push\\njobs: {a: {runs-on: x, timeout-minutes: 010, steps: [{run: y}]}}
on: push\\njobs: {a: {runs-on: x, timeout-minutes: 1e1, steps: [{run: y}]}}
on: push\\njobs: {a: {runs-on: x, continue-on-error: True, steps: [{run: y}]}}
on: push\\njobs: {a: {runs-on: x, continue-on-error: on, steps: [{run: y}]}}
on: push\\njobs: {a: {runs-on: x, continue-on-error: ~, steps: [{run: y}]}}
""",
    ),
}


def texts() -> dict[str, str]:
    """Each text by its group and its text at the `@`."""
    found = {}
    for group, (frame, lines) in GROUPS.items():
        for line in lines.removeprefix("\n").removesuffix("\n").split("\n"):
            found[f"{group}: {line}"] = frame.replace(
                "@", line.replace("\\n", "\n").replace("\\t", "\t").replace("\\r", "\r"), 1
            )
    return found
