//! Roles that are given, taken and removed at the same time.

use horizon_auth_core::domain::role::Role;
use horizon_auth_core::flows::ChangeRolesCommand;

use super::*;

both_engines! {
    of_two_administrators_who_demote_each_other_one_stays => |kind| async move {
        let setup = Setup::new(kind).policy(|policy| policy.roles.admin_grants_admin = true);
        let t = Arc::new(setup.start().await);
        for round in 0..30 {
            let mut pair = Vec::new();
            for name in ["ana", "ben"] {
                let email = format!("{name}{round}@example.com");
                let user = t.signed_in(&email).await.user;
                t.auth.grant_role(&user.tenant, user.id, &Role::admin(), &t.client()).await.unwrap();
                let token = t.login(&email).await.unwrap().access_token;
                pair.push(t.authenticate(&token).await.unwrap());
            }
            let outcomes = together(2, |number| {
                let (t, caller, other) = (Arc::clone(&t), Arc::clone(&pair[number]), pair[1 - number].id);
                async move {
                    let cmd = ChangeRolesCommand { caller: &caller, user: other, roles: vec![], client: t.client() };
                    t.auth.change_roles(cmd).await
                }
            })
            .await;
            let done = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
            let late = outcomes.iter().filter(|o| matches!(o, Err(e) if e.code() == Code::Forbidden)).count();
            assert_eq!((done, late), (1, 1), "round {round}: {outcomes:?}");
            let admins = "SELECT COUNT(*) FROM user_roles WHERE role = 'admin'";
            assert_eq!(t.database.number(admins).await, round + 1, "one of each pair");
        }
    };

    a_role_that_is_granted_while_it_is_removed_is_one_or_the_other => |kind| async move {
        let t = Arc::new(TestAuth::on(kind).await);
        let ana = t.signed_in("ana@example.com").await.user;
        for round in 0..40 {
            let role = Role::parse(&format!("role{round}")).unwrap();
            t.auth.create_role(&ana.tenant, &role, &t.client()).await.unwrap();
            let mut codes = together(2, |number| {
                let (t, ana, role) = (Arc::clone(&t), ana.clone(), role.clone());
                async move {
                    let client = t.client();
                    let outcome = if number == 0 {
                        t.auth.grant_role(&ana.tenant, ana.id, &role, &client).await.map(|_| ())
                    } else {
                        t.auth.delete_role(&ana.tenant, &role, &client).await
                    };
                    (number, outcome.err().map(|error| error.code()))
                }
            })
            .await;
            codes.sort_by_key(|(number, _)| *number);
            let codes: Vec<_> = codes.into_iter().map(|(_, code)| code).collect();
            let granted = codes == [None, Some(Code::RoleInUse)];
            assert!(granted || codes == [Some(Code::UnknownRole), None], "round {round}: {codes:?}");
            let held = format!("SELECT COUNT(*) FROM user_roles WHERE role = '{role}'");
            let known = format!("SELECT COUNT(*) FROM roles WHERE name = '{role}'");
            let (held, known) = (t.database.number(&held).await, t.database.number(&known).await);
            assert_eq!((held, known), if granted { (1, 1) } else { (0, 0) }, "round {round}");
        }
    };

    twenty_grants_of_different_roles_lose_none => |kind| async move {
        let t = Arc::new(TestAuth::on(kind).await);
        let ana = t.signed_in("ana@example.com").await.user;
        let role = |number: usize| Role::parse(&format!("role{number}")).unwrap();
        for number in 0..20 {
            t.auth.create_role(&ana.tenant, &role(number), &t.client()).await.unwrap();
        }
        together(20, |number| {
            let (t, ana, role) = (Arc::clone(&t), ana.clone(), role(number));
            async move { t.auth.grant_role(&ana.tenant, ana.id, &role, &t.client()).await.unwrap() }
        })
        .await;
        let held = "SELECT COUNT(*) FROM user_roles WHERE role LIKE 'role%'";
        assert_eq!(t.database.number(held).await, 20);
    };

    other_roles_are_in_force_for_a_cookie_when_the_call_returns => |kind| async move {
        let t = Arc::new(TestAuth::on(kind).await);
        let opened = {
            t.signed_in("ana@example.com").await;
            t.login_with_cookie("ana@example.com").await.unwrap()
        };
        let (tenant, user, secret) = (opened.user.tenant.clone(), opened.user.id, opened.cookie.secret.clone());
        for round in 0..40 {
            let admin = round % 2 == 0;
            together(8, |number| {
                let (t, tenant, secret) = (Arc::clone(&t), tenant.clone(), secret.clone());
                async move {
                    if number != 3 {
                        t.authenticate_cookie(&secret).await.expect("roles end no session");
                        return;
                    }
                    let roles = if admin { vec![Role::admin()] } else { Vec::new() };
                    t.auth.set_roles(&tenant, user, &roles, &t.client()).await.unwrap();
                    let live = t.authenticate_cookie(&secret).await.unwrap();
                    assert_eq!(live.has_role("admin"), admin, "the call has returned");
                }
            })
            .await;
            let live = t.authenticate_cookie(&secret).await.unwrap();
            assert_eq!(live.has_role("admin"), admin, "round {round}");
        }
    };
}
