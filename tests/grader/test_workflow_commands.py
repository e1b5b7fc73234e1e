"""One command line deploys, does not deploy, or cannot be judged from its text."""

import pytest

from labs.grader.workflows.commands import commands_of
from labs.grader.workflows.effects import combine
from labs.grader.workflows.remote import effect_of_command

DEPLOYS = r"""
kubectl apply -f k8s/
kubectl apply --dry-run=none -f k8s/
kubectl -n prod --context=live set image deployment/app app=app:2
kubectl rollout restart deployment/app
kubectl create deployment app --image=app:2
oc rollout latest dc/app
helm upgrade --install app ./chart --version 1.2.3
helm --kube-context live install app ./chart
helmfile -e production apply
kustomize build overlays/prod | kubectl apply -f -
argocd app sync app
flux reconcile kustomization app
skaffold run -p production
terraform apply -auto-approve
terraform -chdir=infra apply plan.out
tofu apply
terragrunt run-all apply
pulumi up --yes
cdk deploy --all
npx cdk deploy
sam deploy --no-confirm-changeset
serverless deploy --stage prod
ansible-playbook -i hosts site.yml
nomad job run app.nomad
docker stack deploy -c stack.yml app
docker --context prod compose up -d
docker -H ssh://deploy@host compose up -d
DOCKER_HOST=ssh://host docker compose up -d web
docker-compose -H tcp://host:2376 up -d
docker service update --image app:2 app
ssh deploy@host 'cd /srv/app && git pull && docker compose up -d'
ssh -i key -o StrictHostKeyChecking=no "$USER@$HOST" "sudo systemctl restart app"
ssh -p 2222 host ./deploy.sh
scp app.tar.gz host:/srv/app
scp -r -P 2222 dist/ "$USER@$HOST:/var/www"
scp -i key dist/* ${{ secrets.USER }}@${{ secrets.HOST }}:/srv
rsync -az --delete dist/ deploy@host:/var/www
rsync -e "ssh -p 22" -a dist/ host::module
aws s3 sync dist s3://site --delete
aws s3 cp index.html s3://site/
aws --region eu-west-1 ecs update-service --cluster c --service s --force-new-deployment
aws lambda update-function-code --function-name f --zip-file fileb://f.zip
aws cloudformation deploy --template-file t.yml --stack-name s
gcloud run deploy app --image img --region europe-west1
gcloud beta run deploy listing-service --source .
gcloud app deploy --quiet
gsutil -m rsync -r dist gs://site
gcloud storage cp dist/app.js gs://site/
az webapp deploy --resource-group g --name n --src-path app.zip
az containerapp update -n app -g g --image i
azd deploy
flyctl deploy --remote-only
fly deploy
heroku container:release web -a app
git push heroku main
git push https://heroku:$KEY@git.heroku.com/app.git HEAD:main
git push dokku main:master
git push origin gh-pages
git push --force origin HEAD:refs/heads/gh-pages
npx gh-pages -d dist
vercel --prod --token=$T
npx vercel@34 deploy --prebuilt --prod
netlify deploy --prod --dir=dist
npx wrangler deploy
wrangler pages deploy dist
firebase deploy --only hosting
mkdocs gh-deploy --force
surge dist example.surge.sh
kamal deploy
cap production deploy
eb deploy production
railway up
modal deploy app.py
curl -X POST "$RENDER_DEPLOY_HOOK_URL"
curl -fsS -X POST https://api.render.com/deploy/srv-1?key=$KEY
./deploy.sh production
bash scripts/deploy_prod.sh
python tools/deploy.py --env prod
make deploy
make -C infra deploy ENV=prod
npm run deploy
yarn deploy
just deploy
mlflow deployments create -t sagemaker --name m
sudo -u deploy bash -c 'kubectl apply -f k8s'
if [ "$BRANCH" = main ]; then kubectl apply -f k8s; fi
test -f k8s.yml && kubectl apply -f k8s.yml
pytest || kubectl apply -f k8s
time kubectl apply -f k8s
ls k8s/*.yml | xargs -n1 kubectl apply -f
for file in k8s/*; do kubectl apply -f "$file"; done
KUBECONFIG=k kubectl apply -f k8s
env KUBECONFIG=k timeout -k 5 60 kubectl apply -f k8s
OUT=$(kubectl apply -f k8s)
echo "result: $(flyctl deploy)"
(cd infra && terraform apply -auto-approve)
eval "kubectl apply -f k8s"
uv run --with fabric modal deploy app.py
find k8s -name '*.yml' -exec kubectl apply -f {} \;
parallel kubectl apply -f ::: a.yml b.yml
hatch run deploy
yarn workspace web deploy
npx netlify-cli deploy --prod
npx firebase-tools deploy
ssh host <<'EOF'\ncd /srv\ndocker compose up -d\nEOF
bash <<EOF\nkubectl apply -f k8s\nEOF
echo "kubectl apply -f k8s" | bash
sftp deploy@host <<< "put app.tar /srv"
lftp -c "open -u u,p host; mirror -R dist /www"
curl -T site.zip ftp://host/site.zip
case "$ENV" in\n  prod) kubectl apply -f prod ;;\n  *) echo skip ;;\nesac
ship() {\n  kubectl apply -f k8s\n}\nship
kubectl \\n  -n prod \\n  apply -f k8s
docker run --rm -v "$PWD:/w" -w /w hashicorp/terraform:1.9 apply -auto-approve
docker run --rm amazon/aws-cli s3 sync dist s3://site
git subtree push --prefix dist origin gh-pages
gcloud compute scp --recurse dist vm:/srv
! kubectl apply -f k8s
kubectl apply -f k8s &
terraform apply -destroy=false
make -f deploy.mk deploy
curl -X POST https://x.org/deploy/x
helm upgrade --dry-run=none a b
helm upgrade --dry-run=false a b
. ./deploy.sh
bash -x deploy.sh
bash -e deploy.sh
kubectl apply -f x --validate=true
bash -euo pipefail deploy.sh
bash -o errexit -- ./deploy.sh live
bash --noprofile --norc -eo pipefail deploy.sh
coproc ./deploy.sh
"""
DOES_NOT = r"""
ssh -V
ssh host
ssh -T git@github.com
ssh deploy@host uptime
ssh host 'docker ps && df -h'
ssh-keyscan host >> ~/.ssh/known_hosts
scp host:/var/log/app.log .
scp -r "$USER@$HOST:/srv/backup" backup/
scp a.txt b.txt
rsync -az host:/srv/data data/
rsync -avzn dist/ host:/srv
rsync --dry-run -a dist/ host:/srv
rsync -a src/ dest/
kubectl apply --dry-run=client -f k8s/
kubectl apply --dry-run=server -f k8s/
kubectl get pods
kubectl -n prod describe deployment app
kubectl rollout status deployment/app
kubectl diff -f k8s
kubectl logs deployment/app
kubectl config use-context live
kubectl create namespace preview
kubectl apply --help
helm template app ./chart
helm upgrade --install app ./chart --dry-run
helm list -A
helm repo add stable https://charts
terraform init
terraform plan -out plan.out
terraform -chdir=infra plan
terraform fmt -check
terraform output -json
pulumi preview
cdk diff
cdk synth
sam build
serverless deploy list
ansible-playbook --syntax-check site.yml
ansible-playbook site.yml --check
nomad job plan app.nomad
docker compose up -d db
docker compose up -d postgres redis
docker compose up --abort-on-container-exit --exit-code-from tests
docker compose -f test.yml up -d --wait
docker compose down
docker compose config
docker compose logs
docker build -t app .
docker push app
docker pull app
aws s3 ls
aws s3 cp s3://data/model.pkl .
aws s3 sync s3://data data/
aws s3 sync dist s3://site --dryrun
aws sts get-caller-identity
aws ecs describe-services --cluster c
aws ecs wait services-stable --cluster c
aws eks update-kubeconfig --name c
gcloud run services describe app
gcloud auth configure-docker
gcloud storage cp gs://data/model.pkl .
gsutil ls gs://site
gsutil cp gs://data/x .
az webapp list
az login --service-principal
az storage blob download -c c -n n -f f
flyctl status
fly logs
heroku logs --tail
heroku config -a app
git push --dry-run heroku main
git push -n dokku main
git push origin main --tags
git fetch origin && git checkout main
vercel build
vercel env pull
netlify status
netlify build
firebase use production
wrangler whoami
npx wrangler deploy --dry-run
railway status
npm publish
npm publish --dry-run
twine check dist/*
twine upload dist/*
poetry publish --dry-run
cargo publish --dry-run
./deploy.sh --dry-run
./deploy.sh --help
make -n deploy
make --dry-run deploy
npm run deploy -- --dry-run
echo kubectl apply -f k8s
echo "flyctl deploy" >> $GITHUB_STEP_SUMMARY
# kubectl apply -f k8s
true # flyctl deploy
cat <<EOF > deploy.txt\nkubectl apply -f k8s\nEOF
grep -r "kubectl apply" docs
curl -fsS https://app.example.org/healthz
curl -L -o kubectl https://dl.k8s.io/kubectl
curl -LsSf https://astral.sh/uv/install.sh | sh
pytest tests/test_deploy.py
./scripts/test_deploy.sh
exit 0\nkubectl apply -f k8s
deploy() { kubectl apply -f k8s; }\necho ready
[[ $A == b && $C == d ]] && echo yes
python -c "import app; print(app.__version__)"
command -v kubectl
which flyctl
export DEPLOY=1
cd deploy
pip install -r deploy/requirements.txt
mkdir -p dist && cp -r src dist
sftp user@host:/srv/app.log .
gcloud compute scp vm:/srv/app.log .
gcloud compute ssh vm --command uptime
git push origin :gh-pages
git push origin --delete gh-pages
flyctl deploy --build-only
docker run --rm hashicorp/terraform:1.9 plan
docker exec web python manage.py test
sudo systemctl start postgresql
trap 'kubectl delete -f k8s' EXIT
cat <<'EOF' > run.sh\nflyctl deploy\nEOF\nls
ssh host 'docker service ls'
dvc push
bash -n deploy.sh
sh -n deploy.sh
bash -nv deploy.sh
if false; then ./deploy.sh; fi
false && ./deploy.sh
terraform apply -destroy
terraform apply -help
terraform -help apply
tofu apply -destroy -auto-approve
terraform apply -destroy=true
kubectl apply view-last-applied -f x
kubectl apply edit-last-applied -f x
kubectl apply set-last-applied -f x
kubectl set env --list deployment/app
kubectl set env deployment/app --list
kubectl set image --local -f x a=b
cdk deploy --method=prepare-change-set
cdk deploy --method prepare-change-set
cdk deploy --no-execute
task deploy --dry
task --dry deploy
just --dry-run deploy
just -n deploy
rake --dry-run deploy
rake -n deploy
rake -P deploy
ninja -n deploy
inv -l deploy
cap -n production deploy
cap --dry-run production deploy
dep deploy --plan
trap 'rm -rf x' EXIT
kubectl cp pod:/x x
python manage.py migrate
manage.py test
curl -I https://x.org/deploy/1
curl --head https://x.org/deploy/1
curl -sI https://x.org/deploy
curl -o deploy.sh https://x.org/deploy.sh
wget --spider https://x.org/deploy
pulumi up --preview-only
pulumi up --help
serverless deploy --help
serverless deploy --noDeploy
sam deploy --no-execute-changeset
aws cloudformation deploy --no-execute-changeset --stack-name s
kubectl rollout undo --dry-run=client deploy/x
kubectl create deployment a --image=b --dry-run=client -o yaml
kubectl patch --dry-run=server x
helm upgrade --dry-run=server a b
helmfile diff
argocd app sync --dry-run app
argocd app sync --preview-changes
nomad job run -output x
ansible-playbook -C x.yml
ansible-playbook --list-hosts x.yml
skaffold deploy --dry-run=true
skaffold render
flux reconcile --help
firebase deploy --dry-run
vercel deploy --help
fly deploy --build-only
docker stack deploy --help
docker compose --dry-run up -d web
bash -o noexec deploy.sh
eb deploy --help
git push heroku --dry-run main
rsync --dry-run x host:/x
rsync -n x host:/x
yarn deploy --help
kubectl apply -h
terraform plan -destroy
terraform destroy
terraform apply -refresh-only
bash -eno pipefail deploy.sh
python -m py_compile deploy.py
"""
NOT_KNOWN = r"""
./ship.sh
./scripts/run.sh
bash scripts/after_merge.sh
./scripts/check_deploy.sh
python main.py
python -m app.sync
frobnicate --all
$DEPLOY_COMMAND
${{ inputs.command }}
ssh host ./update.sh
ssh host "${{ inputs.command }}"
ssh host 'bash -s' < run.sh
scp app.tar $TARGET
rsync -a dist/ "$DEST"
docker compose up -d
docker run -d -p 80:80 app
kubectl exec deploy/app -- ./migrate
gh workflow run release.yml
git push production2 main
git push mirror main
curl -X POST https://example.org/hooks/build
curl -d '{}' https://example.org/hooks
aws codepipeline start-pipeline-execution --name p
aws ssm send-command --document-name d
sftp host
make ship
npm run ship
cap staging
bash -c "$CMD"
wget -qO- https://example.org/run.sh | bash
sudo systemctl restart app
cp -r dist /var/www/html
rsync -a dist/ /srv/www/
kubectl apply --dry-run=$DRY -f x
kubectl apply --dry-run="${{ inputs.dry }}" -f x
helm upgrade --install a b --dry-run=$X
make -f deploy.mk
trap ./deploy.sh EXIT
trap 'kubectl apply -f x' EXIT
kubectl cp x pod:/x
./manage.py deploy
python manage.py deploy
django-admin deploy
project-task
"""


def lines_of(table):
    return [line.replace("\\n", "\n") for line in table.strip().split("\n")]


@pytest.mark.parametrize(
    ("table", "expected"), [(DEPLOYS, "deploys"), (DOES_NOT, "does not"), (NOT_KNOWN, "not known")]
)
def test_a_command_is_read_by_its_arguments_and_direction(table, expected):
    found = {line: does(line) for line in lines_of(table)}
    assert {line: said for line, said in found.items() if said != expected} == {}


def does(script):
    effect = combine([effect_of_command(command) for command in commands_of(script)])
    if "deploy" in effect.stages:
        return "deploys"
    return "does not" if effect.known else "not known"
