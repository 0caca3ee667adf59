"""The fields of SpinApps (core.spinkube.dev/v1alpha1) and of Compose files that deploy/ uses, as JSON schemas."""


def record(*required, **fields):
    """An object with these fields and no others."""
    return {"type": "object", "properties": fields, "required": list(required), "additionalProperties": False}


def rows(item):
    return {"type": "array", "items": item, "minItems": 1}


def table(value):
    return {"type": "object", "additionalProperties": value}


def one_of(*words):
    return {"enum": list(words)}


def matching(pattern):
    return {"type": "string", "pattern": f"^{pattern}$"}


TEXT = {"type": "string", "minLength": 1}
ANY_TEXT = {"type": "string"}
FLAG = {"type": "boolean"}
COUNT = {"type": "integer", "minimum": 0}
NAME = matching("[a-z0-9]([-a-z0-9]*[a-z0-9])?")

AMOUNTS = record(cpu=matching("[0-9]+m?"), memory=matching("[0-9]+([KMG]i)?"))
PROBE = record(
    "httpGet",
    httpGet=record("path", path=matching("/.*")),
    initialDelaySeconds=COUNT,
    periodSeconds=COUNT,
    timeoutSeconds=COUNT,
    failureThreshold=COUNT,
    successThreshold=COUNT,
)
REFERENCE = record("name", "key", name=NAME, key=TEXT, optional=FLAG)
VALUE_FROM = record(secretKeyRef=REFERENCE, configMapKeyRef=REFERENCE)
OPTION = record("name", name=TEXT, value=TEXT, valueFrom=VALUE_FROM)

SPIN_APP = record(
    "apiVersion",
    "kind",
    "metadata",
    "spec",
    apiVersion=one_of("core.spinkube.dev/v1alpha1"),
    kind=one_of("SpinApp"),
    metadata=record("name", name=NAME, namespace=NAME, labels=table(TEXT), annotations=table(TEXT)),
    spec=record(
        "image",
        "executor",
        image=TEXT,
        executor=TEXT,
        replicas=COUNT,
        enableAutoscaling=FLAG,
        resources=record(requests=AMOUNTS, limits=AMOUNTS),
        checks=record(readiness=PROBE, liveness=PROBE),
        runtimeConfig=record(
            loadFromSecret=NAME,
            keyValueStores=rows(record("name", "type", name=TEXT, type=TEXT, options=rows(OPTION))),
        ),
        variables=rows(record("name", name=matching("[a-z][a-z0-9_]*"), value=ANY_TEXT, valueFrom=VALUE_FROM)),
    ),
)

TIME = matching("([0-9]+(us|ms|s|m|h))+")
COMMAND = {"anyOf": [TEXT, rows(ANY_TEXT)]}
SERVICE = record(
    build=record(context=TEXT, dockerfile=TEXT),
    image=TEXT,
    command=COMMAND,
    profiles=rows(TEXT),
    ports=rows(matching("([0-9.]+:)?[0-9]+:[0-9]+")),
    environment=table({"type": ["string", "number", "null"]}),
    volumes=rows(matching("[^:]+:/[^:]*(:ro)?")),
    depends_on=table(record("condition", condition=one_of("service_started", "service_healthy"))),
    healthcheck=record("test", test=COMMAND, interval=TIME, timeout=TIME, retries=COUNT, start_period=TIME),
    user=TEXT,
    read_only=FLAG,
    tmpfs=rows(TEXT),
    cap_drop=rows(TEXT),
    security_opt=rows(TEXT),
    mem_limit=matching("[0-9]+[bkmg]?"),
    stop_grace_period=TIME,
    restart=one_of("no", "always", "on-failure", "unless-stopped"),
)

COMPOSE = record(
    "services",
    name=NAME,
    services={**table({"allOf": [SERVICE], "anyOf": [{"required": ["image"]}, {"required": ["build"]}]}), "minProperties": 1},
    volumes=table({"type": ["object", "null"]}),
)
