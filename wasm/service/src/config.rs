//! Configuration by Spin variables.

use std::collections::BTreeMap;

use sectionist_api::failure::{Code, Failure};
use sectionist_api::variables::{self, Settings};
use spin_sdk::variables::{Error, get};

/// Reads the variables.
///
/// # Errors
/// A 500 `bad_configuration` that names the variable whose value cannot be used.
pub(crate) async fn load() -> Result<Settings, Failure> {
    let wrong = |words| Failure::new(Code::BadConfiguration, words);
    let mut values = BTreeMap::new();
    for variable in variables::ALL {
        match get(variable.name).await {
            Ok(value) => {
                values.insert(variable.name.to_owned(), value);
            }
            Err(Error::Undefined(_)) => {}
            Err(error) => {
                return Err(wrong(format!("the variable `{}` cannot be read: {error}", variable.name)));
            }
        }
    }
    Settings::parse(&values).map_err(|error| wrong(error.to_string()))
}
