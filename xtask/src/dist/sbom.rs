//! The bill of materials, in CycloneDX 1.5.

use serde_json::{Value, json};

use super::crates::Crate;

/// What version `version` of the program is made of.
pub(super) fn bill(crates: &[Crate], version: &str) -> Value {
    let purl = |name: &str, version: &str| format!("pkg:cargo/{name}@{version}");
    let root = purl("sectionist-cli", version);
    let components: Vec<Value> = crates
        .iter()
        .map(|one| {
            let purl = purl(&one.name, &one.version);
            let mut component = json!({
                "type": "library",
                "bom-ref": purl,
                "name": one.name,
                "version": one.version,
                "purl": purl,
                "licenses": [{ "expression": one.license }],
            });
            if !one.checksum.is_empty() {
                component["hashes"] = json!([{ "alg": "SHA-256", "content": one.checksum }]);
            }
            if one.repository.starts_with("https://") {
                component["externalReferences"] = json!([{ "type": "vcs", "url": one.repository }]);
            }
            component
        })
        .collect();
    let is_known = |(name, version): &&(String, String)| {
        crates.iter().any(|one| one.name == *name && one.version == *version)
    };
    let mut dependencies: Vec<Value> = crates
        .iter()
        .map(|one| {
            let mut uses: Vec<String> =
                one.uses.iter().filter(is_known).map(|(name, version)| purl(name, version)).collect();
            uses.sort();
            uses.dedup();
            json!({ "ref": purl(&one.name, &one.version), "dependsOn": uses })
        })
        .collect();
    let all: Vec<String> = crates.iter().map(|one| purl(&one.name, &one.version)).collect();
    dependencies.insert(0, json!({ "ref": root, "dependsOn": all }));
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": root,
                "name": "sectionist",
                "version": version,
                "licenses": [{ "expression": "MIT OR Apache-2.0" }],
            },
        },
        "components": components,
        "dependencies": dependencies,
    })
}
