"""Table of programs and subcommands, with their effects; the first matching line decides.

`program sub|other next: stages`: a word is a positional argument, `*` any argument, and a pattern may contain `*`. `-`
means no stage, `?` an unknown effect, as does a program that is not listed or has no matching line.
"""

COMMANDS = """
git clone: checkout
git push: @git_push
git subtree push: @git_push
git: -
gh repo clone: checkout
gh release create|upload: publish
gh workflow run: ?
gh run download: download
gh api: @web
gh: -

pip|pip3 install: @pip
pip|pip3 wheel: build
pip|pip3 *: -
uv pip install: @pip
uv sync: install
uv build: build
uv publish: publish
uv run: ?
uv: -
poetry install|sync: install
poetry build: build
poetry publish: @with_build
poetry: -
pipenv install|sync: install
pipenv: -
pdm install|sync: install
pdm build: build
pdm publish: build publish
pdm *: @name
hatch build: build
hatch publish: publish
hatch test: test
hatch fmt: lint
hatch: -
flit build: build
flit publish: build publish
flit install: install build
flit: -
rye sync: install
rye build: build
rye publish: publish
rye test: test
rye lint|fmt: lint
rye: -
conda|mamba|micromamba install|create: install
conda|mamba|micromamba env create|update: install
conda|mamba|micromamba build: build
conda|mamba|micromamba: -
twine upload: publish
twine: -
setup.py sdist|bdist*|build|build_ext: @setup_py
setup.py test|pytest: test
setup.py install|develop: install build
setup.py upload: publish
setup.py: -
build|pyproject-build|compileall|zipapp|pyinstaller|nuitka|shiv|pex: build
cibuildwheel: build test
maturin build: build
maturin publish: build publish
maturin develop: build install

npm|pnpm|bun ci|install|i|add|install-clean: install
npm|yarn|pnpm|bun test|t|tst: test
npm|pnpm pack: build
npm|yarn|pnpm|bun publish: publish
yarn npm publish: publish
npm|yarn|pnpm|bun run|run-script *: @script
npm|pnpm start: -
npm: -
pnpm audit|list|store|config|outdated|why|prune|dedupe|import|fetch|env|setup: -
yarn workspace: @workspace
yarn install|add|: install
yarn config|cache|set|info|why|audit|dedupe|list|workspaces|version|global|link|start: -
yarn|pnpm *: @name
bun build: build
bun: -
lerna publish: publish
lerna run *: @script
lerna bootstrap: install
lerna: -
nx build: build
nx test: test
nx lint: lint
nx run-many|affected: @flag_targets
turbo run *: @script
turbo *: @name
changeset publish: publish
changeset: -
semantic-release: publish
release-it: publish
np: publish
standard-version: -
deno test: test
deno lint|fmt|check: lint
deno task *: @script
deno cache|install: install
deno compile|bundle: build
deployctl deploy: deploy
bundle install: install
bundle: -
gem install: install
gem build: build
gem push: publish
gem: -
composer install|update: install
composer test: test
composer run|run-script *: @script
composer: -
go mod download|tidy: install
go get: install
go build|install: build
go test: test
go vet|fmt: lint
go: -
cargo fetch: install
cargo build|package|install: build
cargo test|nextest|bench: test
cargo clippy|fmt|check|audit|deny: lint
cargo publish: publish
cargo: -
mvn|mvnw|mvnd: @maven
gradle|gradlew: @gradle
sbt: @tasks
dotnet restore: install
dotnet build: build
dotnet publish: build
dotnet pack: build
dotnet test|vstest: test
dotnet format: lint
dotnet nuget push: publish
dotnet: -
nuget restore: install
nuget pack: build
nuget push: publish
nuget: -
flutter test: test
flutter build: build
flutter analyze: lint
flutter pub get: install
flutter: -
fastlane test|tests|scan: test
fastlane *: @name
xcodebuild test|* test: test
xcodebuild: build
mix test: test
mix deps.get: install
mix compile|release: build
mix format|credo|dialyzer: lint
swift test: test
swift build: build

ruff|flake8|black|isort|pylint|mypy|pyright|basedpyright|bandit|pre-commit|eslint|prettier|stylelint: lint
biome: lint
hadolint|shellcheck|yamllint|actionlint|zizmor|golangci-lint|staticcheck|ansible-lint|tflint|tfsec: lint
checkov|kube-linter: lint
kubeconform|kubeval|conftest|markdownlint*|vulture|pydocstyle|pycodestyle|pyflakes|interrogate|djlint: lint
sqlfluff|codespell: lint
trivy|grype|snyk|semgrep|gitleaks|trufflehog|pip-audit|safety|osv-scanner|rubocop|phpstan|phpcs|ktlint: lint
detekt|buf: lint
cfn-lint|spectral|vale|commitlint|standard|xo|dotenv-linter|ty|pyrefly|refurb|autoflake|pyupgrade: lint
lychee: lint
tsc|vue-tsc: @tsc
check-manifest|rstcheck|towncrier|twinecheck|validate-pyproject|check-jsonschema|deptry|reuse|linkchecker: lint
pytest|py.test|unittest|doctest|nose2|behave|robot|jest|vitest|mocha|ava|tap|gotestsum|ctest|bats: test
phpunit|pest: test
rspec|cucumber|karma|locust|k6|newman|hypothesis|testify|ginkgo|busted|prove|molecule|stestr|trial: test
pytest-*: test
tox|nox: @environments
cypress run: test
cypress: -
playwright test: test
playwright: -
wdio|nightwatch|testcafe|artillery|lhci|pa11y*|backstop: test
great_expectations|deepchecks|pandera: test
manage.py test: test
manage.py|django-admin: @own_command
artisan test: test
artisan|flask|rails|console: @own_command
rake: @tasks
make|gmake|just|task|invoke|inv|mage|doit|poe|ninja: @tasks
cmake --build: build
cmake: build
meson test: test
meson: build
bazel|bazelisk test: test
bazel|bazelisk build: build
bazel|bazelisk: ?
vite|ng|next|nuxt|astro|gatsby|vuepress|docusaurus|eleventy|react-scripts|parcel|quasar build: build
ng|react-scripts test: test
ng lint: lint
next lint: lint
ng deploy: deploy
webpack|rollup|esbuild|sphinx-build|hugo|tsup|swc|babel|sass|postcss|vite: build
hugo deploy: deploy
jekyll build: build
mkdocs gh-deploy: deploy
mkdocs build: build
mike deploy: @mike
jupyter-book|jb build: build
ghp-import: @ghp_import
gh-pages: deploy
quarto publish: deploy
quarto render: build
netlify|ntl deploy: deploy
netlify|ntl build: build
netlify|ntl: -
vercel build: build
vercel deploy|promote|rollback|redeploy: deploy
vercel pull|env|ls|list|inspect|whoami|login|logout|link|logs|switch|teams|projects|project|git|dev: -
vercel domains|dns|certs|secrets|bisect: -
vercel|now: deploy
wrangler deploy|publish: deploy
wrangler pages|versions deploy|publish: deploy
wrangler: -
firebase deploy|hosting:channel:deploy|hosting:clone|appdistribution:distribute: deploy
firebase emulators:exec *: @script_argument
firebase: -
surge list|login|logout|whoami|teardown|token|help: -
surge: deploy
heroku container:push: publish
heroku container:release|deploy:jar|builds:create|pipelines:promote|releases:rollback: deploy
heroku: -
flyctl|fly deploy|launch: deploy
flyctl|fly machine|machines run|update: deploy
flyctl|fly: -
railway up|deploy|redeploy: deploy
railway: -
render deploys create: deploy
render: -
doctl apps create-deployment|update|create: deploy
doctl: -
dokku: @dokku
kamal deploy|redeploy|setup|rollback: deploy
kamal build: build publish
kamal: -
cap * deploy: deploy
cap: ?
dep deploy: deploy
copilot deploy: deploy
copilot svc|job|env deploy: deploy
copilot: -
okteto deploy: deploy
modal deploy: deploy
modal: ?
eb deploy|create: deploy
eb: -
serverless|sls deploy list: -
serverless|sls deploy: deploy
serverless|sls package: build
serverless|sls: -
sam deploy|sync: deploy
sam build: build
sam: -
cdk deploy|watch: deploy
cdk: -
sst deploy: deploy
sst: -
amplify publish|push: deploy
amplify: -
chalice|zappa|apex|claudia|architect|arc deploy|update: deploy
terraform|tofu|terragrunt|cdktf apply: deploy
cdktf deploy: deploy
terragrunt run-all apply: deploy
terragrunt run apply: deploy
terraform|tofu|terragrunt validate|fmt: lint
terraform|tofu test: test
terraform|tofu|terragrunt|cdktf: -
pulumi up|update: deploy
pulumi: -
ansible-playbook: @playbook
ansible-galaxy install|collection|role: install
ansible: @ansible
salt|salt-call|salt-ssh|chef-client|knife|puppet|bolt: ?
nomad job run: deploy
nomad run: deploy
nomad: -
kubectl|oc run: @kubectl_run
kubectl|oc apply view-last-applied|edit-last-applied|set-last-applied: -
kubectl|oc cp: @kubectl_cp
kubectl|oc apply|replace|patch|expose|autoscale: deploy
kubectl|oc create: @kubectl_create
kubectl|oc set image|env|resources|volume|serviceaccount|triggers: deploy
kubectl|oc rollout restart|undo|latest: deploy
kubectl|oc exec|debug|attach: ?
oc new-app|start-build|rollback|import-image: deploy
oc process: -
kubectl|oc: -
kustomize|kompose|ytt|jsonnet|kubectx|kubens|stern|k9s: -
kapp deploy: deploy
kapp: -
tk apply: deploy
tk: -
helm upgrade|install|rollback: deploy
helm push: publish
helm lint: lint
helm test: test
helm package: build
helm: -
helmfile apply|sync: deploy
helmfile lint: lint
helmfile: -
helmsman: ?
argocd app sync|create|set|rollback: deploy
argocd: -
flux reconcile|create|resume: deploy
flux: -
skaffold run|deploy|apply|dev: deploy
skaffold build: build publish
skaffold test: test
skaffold: -
werf converge: build publish deploy
werf build: build publish
werf: -
devspace deploy: deploy
garden deploy: deploy
waypoint up|deploy: deploy
juju deploy: deploy

docker|podman|nerdctl: @docker
docker-compose|podman-compose: @compose
buildah push: publish
buildah build|bud|commit: build
buildah: -
kaniko|executor: build publish
skopeo copy|sync: @skopeo
skopeo: -
crane push|copy|cp|append|mutate|tag: publish
crane: -
regctl image copy: publish
regctl: -
oras push|copy|cp: publish
oras: -
ko build|publish: build publish
ko apply|create: build publish deploy
pack build: build
packer build: build
packer: -
jib: build
nix build|flake: build
nix-build: build
bentoml build|containerize: build
bentoml push: publish
bentoml deploy: deploy
bentoml deployment create|update|apply: deploy
bentoml: -
mlflow models build-docker|generate-dockerfile: build
mlflow deployments create|update: deploy
mlflow sagemaker deploy: deploy
mlflow: -
huggingface-cli|hf upload|upload-large-folder: publish
huggingface-cli|hf: -
dvc push: -
dvc pull|fetch|get|import: download
dvc: -
wandb: -
kaggle datasets|models|kernels create|push|version: publish
kaggle: -
goreleaser: @goreleaser

aws: @aws
gcloud: @gcloud
gsutil: @gsutil
az: @az
func azure functionapp publish: deploy
func: -
azd up|deploy: deploy
azd: -
swa deploy: deploy
bq: -
ssh: @ssh
sshpass: @sshpass
scp: @scp
rsync: @rsync
rclone copy|sync|copyto|move|moveto|bisync: @remote_path
rclone: -
s3cmd put|sync: @to_s3
s3cmd: -
s5cmd cp|sync|mv: @to_s3
s5cmd: -
mc cp|mirror|mv: ?
azcopy copy|cp|sync: @to_url
sftp|lftp|ftp|ncftp: @ftp
ncftpput|lftpput|ftp-deploy|git-ftp: deploy
curl|wget|http|https|xh: @web
python|python3|node|ruby|perl|php|Rscript|tsx|ts-node: @code
bash|sh|zsh|dash|source|.: @shell
systemctl|service|supervisorctl|pm2: @service
find: @find
trap: @trap
cp|mv: @copy
project-task: @task
"""
