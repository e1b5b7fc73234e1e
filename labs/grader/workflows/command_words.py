"""Tables: programs without a stage, options that take a value, and options that prevent a deployment."""

# Programs without a stage: the shell, files, text, system packages, clients of services.
_HARMLESS = """
echo printf cd pushd popd dirs mkdir rmdir rm ln ls cat tac tee touch chmod chown chgrp install find
grep egrep fgrep rg sed awk gawk cut sort uniq head tail wc tr rev nl fold fmt paste join split csplit
column comm diff cmp patch tar zip unzip gzip gunzip bzip2 xz zstd 7z true false : exit return export set
unset local declare typeset readonly shift read sleep wait trap date env printenv pwd which whereis type
hash command test [ [[ (( let alias shopt ulimit umask whoami id groups uname hostname df du free ps top
kill pkill killall jobs fg bg nproc lscpu lsb_release uptime jq yq tomlq xmllint xmlstarlet basename
dirname realpath readlink mktemp stat file md5sum sha1sum sha256sum sha512sum shasum cksum base64 xxd od
hexdump envsubst gettext seq yes expr bc tput clear history getopts mapfile readarray apt apt-get aptitude
dpkg apk yum dnf microdnf brew port choco scoop winget snap pacman zypper add-apt-repository ssh-keyscan
ssh-keygen ssh-add ssh-agent gpg gpg2 gpgconf openssl keytool security cosign syft sops age vault nvm fnm
volta corepack pyenv rbenv asdf mise sdk rustup rustc virtualenv venv ensurepip activate deactivate ping
dig nslookup host nc ncat netstat ss lsof ip ifconfig iptables telnet pg_isready psql mysql mysqladmin
mongo mongosh redis-cli sqlite3 createdb dropdb createuser mysqldump pg_dump pg_restore alembic flyway
liquibase dbmate wait-for-it wait-for-it.sh wait-on wait4x dockerize codecov coveralls codacy
cc-test-reporter sonar-scanner coverage genhtml lcov gcov git-lfs git-crypt gitversion cloc tokei minikube
kind k3d k3s eksctl xdg-open open code json.tool http.server site pprint py_compile this timeit cProfile pip-compile
pip-sync pipdeptree node-gyp husky lint-staged npm-check-updates ncu npm-check depcheck serve http-server
concurrently uvicorn gunicorn daphne hypercorn flask streamlit gradio jupyter nbconvert papermill ipython
ldconfig locale-gen update-alternatives useradd usermod groupadd adduser passwd su mount umount sync
losetup dd mkfs swapon sysctl modprobe ccache sccache xvfb fc-cache xcode-select xcrun sw_vers defaults
plutil lipo dos2unix unix2dos iconv msgfmt pandoc pdflatex latexmk dot convert ffmpeg protoc grpcurl
buildkitd pkg-config gcc g++ clang clang++ cc c++ ld ar strip as javac java kotlinc scalac ghc tflocal
awslocal act screen tmux logger wall gh-md-toc tree less more strings time times
tailscale openvpn wg wg-quick cloudflared ngrok
configure autoconf automake autoreconf libtoolize bump2version bumpversion bump-my-version git-cliff gh-changelog
"""
HARMLESS = frozenset(_HARMLESS.split())

# Options that take a value, by program; the others take none or have it after `=`.
_VALUED = """
kubectl|oc: -n --namespace --context --kubeconfig --cluster --user -s --server --token --as -l --selector -c
kubectl|oc: --container --timeout
helm: -n --namespace --kube-context --kubeconfig -f --values --set --set-string --version --timeout
docker|podman|nerdctl: -H --host -c --context --config -l --log-level
docker-compose|podman-compose: -f --file -p --project-name --profile --env-file --project-directory --ansi
docker-compose|podman-compose: --progress -c --context -H --host
git: -C -c --git-dir --work-tree -o --push-option --repo --receive-pack
npm|pnpm|yarn|bun: --prefix -w --workspace --filter -F -C --dir --cwd --registry --tag --access --otp
npm|pnpm|yarn|bun: --loglevel
make|gmake|ninja: -C --directory -f --file --makefile -I -o -W
just: -f --justfile -d --working-directory --set
task: -d --dir -t --taskfile
aws: --region --profile --output --endpoint-url --query --exclude --include --acl --cache-control
aws: --storage-class --content-type --metadata --sse --cli-read-timeout --cli-connect-timeout
gcloud: --project --region --zone --account --configuration --format --filter --verbosity
gcloud: --impersonate-service-account
az: -g --resource-group -n --name -o --output --subscription --query -s --slot
terraform|tofu: -var -var-file -target -state
pulumi: -s --stack -C --cwd
heroku: -a --app -r --remote
flyctl|fly: -a --app -c --config -t --access-token -o --org
vercel|now: -t --token -S --scope -A --local-config --cwd -b --build-env -e --env -m --meta
netlify|ntl: -s --site -a --auth -d --dir -m --message --filter
firebase: -P --project -c --config --token --only --except -m --message
wrangler: -c --config -e --env --name --project-name --branch
mvn|mvnw|mvnd: -f --file -s --settings -pl --projects -P --activate-profiles -T --threads -gs -l
gradle|gradlew: -p --project-dir -b -c -I --init-script -x --exclude-task -g
tox: -e -c --conf --root --workdir -p --parallel
nox: -s -e -f -k -t -p --python --session --sessions --noxfile
ssh: -i -p -o -l -F -J -L -R -D -W -b -c -e -m -S -O -Q -E -B -I -w
scp: -i -P -o -F -J -c -l -S -D -X
sftp: -i -P -o -F -J -b -B -c -l -R -S -s -D -X
sshpass: -p -f -d -P
rsync: -e --rsh --exclude --include -f --filter --exclude-from --include-from --files-from -T --temp-dir
rsync: --rsync-path --bwlimit --timeout --port --chmod --chown --password-file --log-file --backup-dir -B -M
rsync: --out-format
ansible: -i --inventory -m --module-name -a --args -u --user -e --extra-vars -l --limit
docker-run: -v --volume -e --env --env-file -p --publish -w --workdir --name --network --net -u --user
docker-run: --entrypoint --platform -m --memory --cpus --mount --add-host -l --label -h --hostname
docker-run: --restart --gpus --shm-size --link --pull --ulimit --index --health-cmd --health-interval
docker-run: --log-driver --dns --ipc --pid --tmpfs --cap-add --security-opt --detach-keys
helmfile: -e --environment -f --file -n --namespace -l --selector
nomad: -address -namespace -region -token -var -var-file
lftp: -u -p
cargo: -p --package --manifest-path --token --registry --target --features -F --target-dir
twine: -r --repository -u --username -p --password --repository-url
skopeo: --src-creds --dest-creds --authfile --dest-authfile --src-authfile --policy --override-arch
skopeo: --override-os
rclone: --config --exclude --include --filter --transfers --log-level
azcopy: --include-pattern --exclude-pattern
argocd: --server --auth-token --grpc-web-root-path --timeout -l
dotnet: -c --configuration -o --output -f --framework -r --runtime -s --source -k --api-key -v --verbosity
serverless|sls: -s --stage -r --region -c --config
doctl: -t --access-token --context -c --config
kamal: -d --destination -c --config-file -r --roles -h --hosts
curl: -o --output -H --header -u --user -A --user-agent -e -m --max-time --retry --retry-delay -w
curl: --write-out -x -b -c --cacert --cert --key --connect-timeout -r -C --resolve -X --request -d --data
curl: --data-raw --data-binary --data-urlencode -F --form -T --upload-file --json
"""

# Options with which a program deploys and publishes nothing, in addition to those of every dry run.
_QUIET = """
terraform|tofu|terragrunt|cdktf: -destroy -refresh-only --destroy
task|invoke|inv: --dry -l --list-all --status
invoke|inv: -R
rake|cap: -n -P -T --prereqs --tasks
dep: --plan
pulumi: --preview-only --preview
argocd: --preview-changes
nomad: -output
cdk: --method=prepare-change-set
kubectl|oc: --list --local
serverless|sls: --noDeploy
"""


def _read(table: str) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for names, _, options in (line.partition(": ") for line in table.strip().split("\n")):
        for name in names.split("|"):
            found[name] = found.get(name, frozenset()).union(options.split())
    return found


QUIET, VALUED = _read(_QUIET), _read(_VALUED)
