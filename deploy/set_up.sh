#!/usr/bin/env bash
# Makes, once, what a project needs before cloudbuild.yaml can deploy to it. Run by a person who owns the project:
#
#   deploy/set_up.sh PROJECT [REGION]          (DRY_RUN=1 prints the commands and runs none)
#
# Run again it changes nothing that is there. Each account gets the roles its work needs, and no more: the service reads
# and writes documents, looks up users and reads one secret; the build pushes images and deploys.
set -euo pipefail

project=${1:?"usage: deploy/set_up.sh PROJECT [REGION]"}
region=${2:-asia-south1}
run_as="lockstep-run@$project.iam.gserviceaccount.com"
build_as="lockstep-build@$project.iam.gserviceaccount.com"
secret=lockstep-web-api-key

run() {
  set -- "$@" --project="$project" --quiet
  if [[ ${DRY_RUN:-} ]]; then echo "$*"; else echo "+ $*" >&2 && "$@"; fi
}
exists() { [[ -z ${DRY_RUN:-} ]] && "$@" --project="$project" >/dev/null 2>&1; }
may() { run gcloud projects add-iam-policy-binding "$project" --member="serviceAccount:$1" --role="$2" --condition=None; }

run gcloud services enable \
  run.googleapis.com cloudbuild.googleapis.com artifactregistry.googleapis.com firestore.googleapis.com \
  firebaserules.googleapis.com firebase.googleapis.com identitytoolkit.googleapis.com secretmanager.googleapis.com \
  iam.googleapis.com cloudfunctions.googleapis.com eventarc.googleapis.com pubsub.googleapis.com

exists gcloud firestore databases describe --database="(default)" ||
  run gcloud firestore databases create --database="(default)" --location="$region" --type=firestore-native \
    --delete-protection --enable-pitr

exists gcloud artifacts repositories describe lockstep --location="$region" ||
  run gcloud artifacts repositories create lockstep --repository-format=docker --location="$region"

for name in lockstep-run lockstep-build; do
  exists gcloud iam service-accounts describe "$name@$project.iam.gserviceaccount.com" ||
    run gcloud iam service-accounts create "$name" --display-name="$name"
done

exists gcloud secrets describe "$secret" || run gcloud secrets create "$secret" --replication-policy=automatic

# The service
may "$run_as" roles/datastore.user
may "$run_as" roles/firebaseauth.viewer
run gcloud secrets add-iam-policy-binding "$secret" --member="serviceAccount:$run_as" \
  --role=roles/secretmanager.secretAccessor

# The build
may "$build_as" roles/run.admin # admin, not developer: --allow-unauthenticated is a change of policy
may "$build_as" roles/datastore.indexAdmin
may "$build_as" roles/firebaserules.admin
may "$build_as" roles/firebase.viewer
may "$build_as" roles/serviceusage.serviceUsageConsumer
may "$build_as" roles/logging.logWriter
may "$build_as" roles/storage.objectViewer # the uploaded source
run gcloud artifacts repositories add-iam-policy-binding lockstep --location="$region" \
  --member="serviceAccount:$build_as" --role=roles/artifactregistry.writer
run gcloud iam service-accounts add-iam-policy-binding "$run_as" --member="serviceAccount:$build_as" \
  --role=roles/iam.serviceAccountUser

cat >&2 <<END
Done. Two things only you can do:
  1. In the Firebase console, add Firebase to $project, enable e-mail and Google sign-in, and register a web app.
  2. Store that app's API key: printf %s KEY | gcloud secrets versions add $secret --data-file=- --project=$project
END
