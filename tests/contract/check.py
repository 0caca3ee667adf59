"""The running service against its contract: python check.py BASE_URL SONG

schemathesis makes requests from the contract, right and wrong ones. Then a real song is sent in every
way, since what was made up is refused mostly, and the answers are held against the contract too.
"""

import os
import subprocess
import sys

import requests
import schemathesis

# What answers may not do. That wrong requests are refused is checked, that right ones are taken is not:
# made-up bytes are no audio, whatever the schema says.
CHECKS = [
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "negative_data_rejection", "unsupported_method", "allow_header_conformance",
]
EXAMPLES = 800


def generated(base):
    """Requests from the contract."""
    program = os.path.join(os.path.dirname(sys.executable), "schemathesis")
    subprocess.run(
        [program, "run", f"{base}/openapi.json", "--url", base, "--checks", ",".join(CHECKS), "--seed", "1",
         "--phases", "examples,coverage,fuzzing", "--max-examples", str(EXAMPLES), "--workers", "4",
         "--continue-on-failure", "--warnings", "off", "--suppress-health-check", "all", "--generation-database", "none", "--no-color"],
        check=True, env={**os.environ, "PYTHONUTF8": "1"},
    )


def real(base, song):
    """A song in every format, as bytes and as a form, once made and once kept."""
    contract = schemathesis.openapi.from_url(f"{base}/openapi.json")
    contract.config.update(base_url=base)
    analyze = contract["/analyze"]["POST"]
    formats = requests.get(f"{base}/formats").json()["output"]
    n_answers = 0
    for name in [entry["name"] for entry in formats]:
        for include in ["all", "sections", "beats,key"]:
            query = {"format": name, "include": include, "quality": "fast"}
            raw = requests.post(f"{base}/analyze", params=query, data=song)
            form = requests.post(f"{base}/analyze", params=query, files={"audio": ("song.flac", song)})
            known = requests.post(f"{base}/analyze", params=query, data=song, headers={"if-none-match": raw.headers["etag"]})
            for answer, status in [(raw, 200), (form, 200), (known, 304)]:
                assert answer.status_code == status, f"{query}: {answer.status_code} {answer.text[:200]}"
                analyze.validate_response(answer)
                n_answers += 1
    return n_answers


base, path = sys.argv[1:]
generated(base)
with open(path, "rb") as file:
    print(real(base, file.read()), "answers about a song are as the contract says")
