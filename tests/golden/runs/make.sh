#!/bin/sh
# The runs of this folder, as version 0.1.0 wrote them at commit 44d9e17: `make.sh AEVB TABLE`, with that version's program and
# table.csv, both by their whole paths. `resumed.jsonl` has the metrics of each run after it was resumed for more epochs.
set -e
cd "$(dirname "$0")"
aevb=$1
small="--device flex --threads 1 --quiet --set model.hidden"
$aevb train vae-mnist-5k $small=[2] --set model.latent=1 --set train.epochs=1 --out vae-mnist-5k
$aevb train vgae-cora $small=[2] --set model.latent=2 --set train.epochs=4 --out vgae-cora
$aevb train vae-table $small=[3] --set model.latent=1 --set train.epochs=4 --set train.evaluate_every=2 \
    --set data.path="$2" --out vae-table
resume() {
    cp -r "$1" "$1.resumed"
    $aevb resume "$1.resumed" --set train.epochs="$2" --quiet
    cp "$1.resumed/metrics.jsonl" "$1/resumed.jsonl"
    rm -r "$1.resumed"
}
resume vae-mnist-5k 2
resume vgae-cora 8
resume vae-table 8
# The place of the table is one that no machine has; the test puts its own there.
sed -i "s|$2|/data/table.csv|" vae-table/config.toml vae-table/checkpoints/*/state.json
rm -f ./*/.lock ./*/environment.json
