use proptest::prelude::*;
use uuid::Uuid;

use super::*;

prop_compose! {
    fn any_revocation()(
        kind in 0..3_u8,
        subject in any::<u128>(),
        min_epoch in any::<i64>(),
        millis in any::<i64>(),
        tenant in "[a-z0-9][a-z0-9-]{0,20}",
    ) -> Revocation {
        let subject = Uuid::from_u128(subject);
        Revocation {
            tenant: TenantId::parse(tenant.trim_end_matches('-')).unwrap_or_else(|_| TenantId::parse("default").unwrap()),
            what: match kind {
                0 => Revoked::Token(TokenId::from_uuid(subject)),
                1 => Revoked::Session(SessionId::from_uuid(subject)),
                _ => Revoked::User { user: UserId::from_uuid(subject), min_epoch },
            },
            expires_at: Timestamp::from_millis(millis),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn what_was_written_is_read(revocations in prop::collection::vec(any_revocation(), 0..20)) {
        let body = Body::Denied(revocations);
        prop_assert_eq!(Body::decode(&body.encode()), Some(body));
    }

    #[test]
    fn a_heartbeat_survives_its_text(beat in any::<u64>(), applied in any::<u64>()) {
        let body = Body::Heartbeat { beat, applied };
        prop_assert_eq!(Body::decode(&body.encode()), Some(body));
    }

    #[test]
    fn nothing_else_is_read(text in "\\PC{1,40}") {
        prop_assert_eq!(Body::decode(&text), None);
    }
}

#[test]
fn a_line_that_is_cut_off_spoils_the_entry() {
    let whole = "session 018f0000-0000-7000-8000-000000000001 0 1800000000000 home\n";
    assert!(Body::decode(whole).is_some());
    for cut in [20, 40, 45, 60] {
        assert_eq!(Body::decode(&whole[..cut]), None, "{cut}");
    }
}
