//! Reads just enough DER to say which kind of key a document holds and how large it is.
//!
//! The library parses the key itself; this only decides which parser to ask and
//! gives refusals their reason. Lengths must be minimal, nothing may trail.

/// `INTEGER`.
pub(super) const INTEGER: u8 = 0x02;
/// `BIT STRING`.
pub(super) const BIT_STRING: u8 = 0x03;
/// `OCTET STRING`.
pub(super) const OCTET_STRING: u8 = 0x04;
/// `OBJECT IDENTIFIER`.
pub(super) const OID: u8 = 0x06;
/// `SEQUENCE`.
pub(super) const SEQUENCE: u8 = 0x30;
/// Context tag 0, constructed: the curve of a SEC1 key.
pub(super) const CONTEXT_0: u8 = 0xa0;

/// `rsaEncryption` (RFC 8017).
pub(super) const OID_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// `id-RSASSA-PSS` (RFC 8017).
pub(super) const OID_RSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];
/// `id-ecPublicKey` (RFC 5480).
pub(super) const OID_EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// `secp256r1`, also called P-256 (RFC 5480).
pub(super) const OID_P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
/// `id-Ed25519` (RFC 8410).
pub(super) const OID_ED25519: &[u8] = &[0x2b, 0x65, 0x70];

/// An `AlgorithmIdentifier` and the key that it describes.
pub(super) struct Described<'a> {
    /// Which algorithm.
    pub(super) oid: &'a [u8],
    /// What follows the identifier, for example the curve.
    pub(super) parameters: &'a [u8],
    /// The key in the encoding of its algorithm.
    pub(super) key: &'a [u8],
}

/// Takes one element with this tag off the front of `input`; `None` if there is none.
pub(super) fn take<'a>(input: &mut &'a [u8], tag: u8) -> Option<&'a [u8]> {
    let (&[found, first], rest) = input.split_first_chunk::<2>()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81 => {
            let (&[length], rest) = rest.split_first_chunk::<1>()?;
            (usize::from(length), rest)
        }
        0x82 => {
            let (&length, rest) = rest.split_first_chunk::<2>()?;
            (usize::from(u16::from_be_bytes(length)), rest)
        }
        0x80 | 0x83.. => return None,
    };
    let minimal = match first {
        0x81 => length > 0x7f,
        0x82 => length > 0xff,
        0..=0x80 | 0x83.. => true,
    };
    if found != tag || !minimal {
        return None;
    }
    let (content, rest) = rest.split_at_checked(length)?;
    *input = rest;
    Some(content)
}

/// The content of a document that is one `SEQUENCE` and nothing else.
pub(super) fn sequence(mut document: &[u8]) -> Option<&[u8]> {
    let content = take(&mut document, SEQUENCE)?;
    document.is_empty().then_some(content)
}

/// Takes a positive `INTEGER` and gives its bytes without the sign byte.
pub(super) fn take_positive<'a>(input: &mut &'a [u8]) -> Option<&'a [u8]> {
    match take(input, INTEGER)? {
        [0, digits @ ..] if digits.first().is_some_and(|digit| *digit >= 0x80) => Some(digits),
        digits if digits.first().is_some_and(|digit| (1..0x80).contains(digit)) => Some(digits),
        _ => None,
    }
}

/// Reads a `SubjectPublicKeyInfo` (RFC 5280 section 4.1).
pub(super) fn public_key_info(document: &[u8]) -> Option<Described<'_>> {
    let mut content = sequence(document)?;
    let (oid, parameters) = algorithm(&mut content)?;
    let [0, key @ ..] = take(&mut content, BIT_STRING)? else {
        return None;
    };
    content.is_empty().then_some(Described { oid, parameters, key })
}

/// Reads a `PrivateKeyInfo` (RFC 5208, RFC 5958); attributes may follow the key.
pub(super) fn private_key_info(document: &[u8]) -> Option<Described<'_>> {
    let mut content = sequence(document)?;
    take(&mut content, INTEGER)?;
    let (oid, parameters) = algorithm(&mut content)?;
    let key = take(&mut content, OCTET_STRING)?;
    Some(Described { oid, parameters, key })
}

/// Modulus and exponent of an `RSAPublicKey` (RFC 8017 appendix A.1.1).
pub(super) fn rsa_public_key(document: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut content = sequence(document)?;
    let key = (take_positive(&mut content)?, take_positive(&mut content)?);
    content.is_empty().then_some(key)
}

/// Modulus and exponent of an `RSAPrivateKey` (RFC 8017 appendix A.1.2).
pub(super) fn rsa_private_key(document: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut content = sequence(document)?;
    take(&mut content, INTEGER)?;
    Some((take_positive(&mut content)?, take_positive(&mut content)?))
}

/// Whether an `ECPrivateKey` names P-256, or no curve at all (RFC 5915 section 3).
pub(super) fn is_sec1_p256(document: &[u8]) -> Option<bool> {
    let mut content = sequence(document)?;
    take(&mut content, INTEGER)?;
    take(&mut content, OCTET_STRING)?;
    Some(take(&mut content, CONTEXT_0).is_none_or(is_p256))
}

/// Whether the parameters of an `id-ecPublicKey` name the curve P-256.
pub(super) fn is_p256(mut parameters: &[u8]) -> bool {
    take(&mut parameters, OID) == Some(OID_P256) && parameters.is_empty()
}

/// Bits of a positive number without leading zero bytes.
pub(super) fn bits(number: &[u8]) -> usize {
    let zeros = number.first().map_or(0, |digit| digit.leading_zeros() as usize);
    number.len() * 8 - zeros
}

fn algorithm<'a>(content: &mut &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
    let mut parameters = take(content, SEQUENCE)?;
    let oid = take(&mut parameters, OID)?;
    Some((oid, parameters))
}

/// Writes one element; `None` if it has more than 64 KiB.
pub(super) fn write(tag: u8, content: &[u8]) -> Option<Vec<u8>> {
    let length = u16::try_from(content.len()).ok()?;
    let [high, low] = length.to_be_bytes();
    let mut out = match length {
        0..=0x7f => vec![tag, low],
        0x80..=0xff => vec![tag, 0x81, low],
        0x100.. => vec![tag, 0x82, high, low],
    };
    out.extend(content);
    Some(out)
}

/// Writes one element of at most 64 KiB.
#[cfg(test)]
pub(super) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    write(tag, content).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_minimal_lengths_are_read() {
        assert_eq!(
            take(&mut [0x02, 0x01, 0x05].as_slice(), INTEGER),
            Some([5].as_slice())
        );
        for wrong in [
            &[0x02, 0x81, 0x01, 0x05][..],
            &[0x02, 0x82, 0x00, 0x01, 0x05],
            &[0x02, 0x80, 0x05],
            &[0x02, 0x02, 0x05],
            &[0x03, 0x01, 0x05],
            &[0x02],
            &[],
        ] {
            assert_eq!(take(&mut &*wrong, INTEGER), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_long_element_is_read() {
        let mut long = vec![0x04, 0x82, 0x01, 0x00];
        long.extend([7; 256]);
        assert_eq!(
            take(&mut long.as_slice(), OCTET_STRING),
            Some([7; 256].as_slice())
        );
    }

    #[test]
    fn zero_negative_and_padded_numbers_are_not_positive() {
        for wrong in [
            &[0x02, 0x01, 0x00][..],
            &[0x02, 0x01, 0x80],
            &[0x02, 0x02, 0x00, 0x01],
            &[0x02, 0x00],
        ] {
            assert_eq!(take_positive(&mut &*wrong), None, "{wrong:?}");
        }
        assert_eq!(
            take_positive(&mut [0x02, 0x02, 0x00, 0x80].as_slice()),
            Some([0x80].as_slice())
        );
    }

    #[test]
    fn bits_are_counted_from_the_highest_one() {
        assert_eq!(bits(&[1, 0, 1]), 17);
        assert_eq!(bits(&[0x80]), 8);
        assert_eq!(bits(&[]), 0);
    }
}
