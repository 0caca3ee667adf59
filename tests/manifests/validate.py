"""What is wrong with the manifests in deploy/: a line each, nothing if all is well.

Called with the folder. Kubernetes' own kinds are held against its schemas (kubernetes-validate, strict: unknown fields
are wrong); SpinApps and compose.yaml against what SpinKube and the Compose specification document of the fields that
are used here (shapes.py), others being refused.
"""

import sys
from pathlib import Path

import jsonschema
import kubernetes_validate
import yaml

from shapes import COMPOSE, SPIN_APP

KUBERNETES = "1.33"


def schema_errors(document, shape):
    validator = jsonschema.Draft202012Validator(shape)
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in validator.iter_errors(document)]


def errors(document):
    if document.get("apiVersion", "").startswith("core.spinkube.dev/"):
        return schema_errors(document, SPIN_APP)
    try:
        kubernetes_validate.validate(document, KUBERNETES, strict=True)
    except kubernetes_validate.ValidationError as error:
        return [f"{'/'.join(map(str, error.path))}: {error.message}"]
    return []


def main(folder):
    n_documents = 0
    for path in sorted((folder / "kubernetes").glob("*.yaml")):
        for document in yaml.safe_load_all(path.read_text()):
            n_documents += 1
            for error in errors(document):
                print(f"{path.name} ({document.get('kind')}): {error}")
    for error in schema_errors(yaml.safe_load((folder / "compose.yaml").read_text()), COMPOSE):
        print(f"compose.yaml: {error}")
    if n_documents == 0:
        print("no manifests")


main(Path(sys.argv[1]))
