"""Invariants of accounts, asked in plain SQL that shares no code with the verbs."""

from __future__ import annotations

ACCOUNT_CHECKS = {
    "a second factor that is on has its seed": """
        SELECT login FROM account WHERE factor_since IS NOT NULL AND totp_seed IS NULL""",
    "recovery codes belong to a second factor that is on": """
        SELECT DISTINCT account.login FROM recovery_code JOIN account ON account.id = recovery_code.user_id
        WHERE account.factor_since IS NULL""",
    "an account that is switched off has no standing session": """
        SELECT account.login, login_session.id FROM login_session JOIN account ON account.id = login_session.user_id
        WHERE login_session.ended_at IS NULL AND NOT account.active""",
    "an account that is switched off has no standing access token": """
        SELECT account.login, access_token.id FROM access_token JOIN account ON account.id = access_token.user_id
        WHERE access_token.ended_at IS NULL AND NOT account.active""",
    "every account's password is the newest of its history": """
        SELECT account.login FROM account LEFT JOIN password_history latest
            ON latest.id = (SELECT max(id) FROM password_history WHERE user_id = account.id)
        WHERE latest.id IS NULL OR latest.password_hash <> account.password_hash""",
    "nobody granted a role to oneself": """
        SELECT seq, actor FROM audit_entry
        WHERE tag = 'accounts:role:grant' AND outcome = 'done' AND subject = 'user:' || actor""",
    "a unit user sees one unit, a district manager one district": """
        SELECT login, role, scope_kind FROM account
        WHERE (role = 'unit_user' AND scope_kind <> 'unit')
            OR (role = 'district_manager' AND scope_kind <> 'district')
            OR (scope_kind = 'all') <> (scope_value = '')""",
}
