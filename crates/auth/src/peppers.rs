//! New peppers for a file of them.

use horizon_auth_adapters::system::SystemEntropy;
use horizon_auth_core::crypto::CryptoError;
use horizon_auth_core::crypto::pepper::Peppers;
use zeroize::Zeroizing;

/// Puts a fresh pepper above those in `text`, which is the text of a pepper
/// file, or empty for a new one. Gives its version and the whole new text.
///
/// # Errors
/// `text` is not what a pepper file holds, or no pepper can be made. The error
/// holds none of the text.
pub fn add_pepper(text: &str) -> Result<(u16, Zeroizing<String>), CryptoError> {
    let older = match text {
        "" => Peppers::default(),
        text => Peppers::parse(text)?,
    };
    let line = older.fresh_line(&SystemEntropy)?;
    let whole = Zeroizing::new(format!("{}{text}", line.as_str()));
    // Read back as it will be at the next start: a 65th pepper would be refused then.
    match Peppers::parse(&whole)?.current() {
        Some(version) => Ok((version, whole)),
        None => Err(CryptoError::new("there is no pepper in it")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_stands_first_and_the_others_stay() {
        let (first, one) = add_pepper("").unwrap();
        let commented = format!("# since 2026\n{}", one.as_str());
        let (second, two) = add_pepper(&commented).unwrap();
        assert_eq!((first, second), (1, 2));
        assert!(two.ends_with(&commented));
        assert_eq!(
            Peppers::parse(&two).unwrap().versions().collect::<Vec<_>>(),
            [2, 1]
        );
        assert_ne!(*add_pepper("").unwrap().1, *one);
    }

    #[test]
    fn nothing_is_added_to_what_is_no_pepper_file() {
        for text in ["\n", "# notes", "hush", "-----BEGIN PRIVATE KEY-----"] {
            let error = add_pepper(text).unwrap_err();
            assert!(!error.reason().contains("hush"));
        }
        let mut text = String::new();
        for _ in 0..64 {
            text = add_pepper(&text).unwrap().1.to_string();
        }
        assert!(add_pepper(&text).is_err(), "the file would no longer be read");
    }
}
