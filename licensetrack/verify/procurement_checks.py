"""Invariants of the bought side as plain SQL: each query returns what is wrong, and nothing when all is well."""

from __future__ import annotations

PROCUREMENT_CHECKS: dict[str, str] = {
    "a budget entry lies in the year of its project": """
        SELECT e.voucher FROM budget_entry e JOIN project p ON p.id = e.project_id
        WHERE substr(CAST(e."on" AS VARCHAR(10)), 1, 4) <> CAST(p.year AS VARCHAR(4))""",
    "a payment of a contract is one of its own": """
        SELECT e.voucher FROM budget_entry e JOIN payment_term t ON t.id = e.term_id
        WHERE e.contract_id IS NULL OR e.contract_id <> t.contract_id""",
    "only a payment is made for a contract": """
        SELECT voucher FROM budget_entry WHERE kind <> 'payment' AND contract_id IS NOT NULL""",
    "a budget reversal says the same of project and contract": """
        SELECT r.id FROM budget_entry r JOIN budget_entry o ON o.id = r.reverses_id
        WHERE r.source <> o.source OR r.approval <> o.approval
           OR coalesce(r.project_id, 0) <> coalesce(o.project_id, 0)
           OR coalesce(r.contract_id, 0) <> coalesce(o.contract_id, 0)
           OR coalesce(r.term_id, 0) <> coalesce(o.term_id, 0)""",
    "a contract promises no more in payments than it costs": """
        SELECT c.number FROM contract c JOIN payment_term t ON t.contract_id = c.id
        GROUP BY c.id, c.number, c.amount HAVING sum(t.amount) > c.amount""",
    "a contract buys for no more than it costs": """
        SELECT c.number FROM contract c JOIN entitlement e ON e.contract_id = c.id
        GROUP BY c.id, c.number, c.amount HAVING sum(e.amount) > c.amount""",
    "a survey has lines of its kind, and no others": """
        SELECT s.id FROM survey s
        LEFT JOIN (SELECT survey_id, count(*) AS n FROM demand_line GROUP BY survey_id) d ON d.survey_id = s.id
        LEFT JOIN (SELECT survey_id, count(*) AS n FROM price_line GROUP BY survey_id) p ON p.survey_id = s.id
        WHERE (s.kind = 'demand' AND (d.n IS NULL OR p.n IS NOT NULL))
           OR (s.kind = 'prices' AND (p.n IS NULL OR d.n IS NOT NULL))""",
    "an entitlement is named after its contract": """
        SELECT e.id FROM entitlement e JOIN contract c ON c.id = e.contract_id WHERE e.contract <> c.number""",
}
