"""`stage-select` yields what the input tables would, and lets nothing through but one SELECT that only reads."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from ef_engine.errors import EfError, InputError
from ef_engine.service.database import init
from ef_engine.service.inputs import Changes
from ef_engine.service.stage_database import stage_selects, stage_tables
from ef_engine.service.workspace import Workspace
from ef_engine.sources.database import select_guard, selects
from ef_engine.sources.database.connect import reading
from ef_engine.sources.database.datasets import DATASETS
from ef_engine.sources.database.failures import TimedOutError
from ef_engine.sources.database.target import Target
from tests.database.servers import content, execute, file_database, fill, new_database, scalar, server
from tests.service.documents import plans, small

DATES = Changes(start_date="2026-01-01", end_date="2026-03-31", label="small")
ALL = {each.option: f"SELECT * FROM {each.table} WHERE username = 'ann'" for each in DATASETS}
FORECAST = {each.option: ALL[each.option] for each in DATASETS if not each.of_sets}

LEFT = "SELECT count(*) || ' ' || sum(position) || ' ' || min(CAST(balance AS text)) FROM ef_account_set"

ATTACKS = {
    "nothing": ("-- nothing", "is empty"),
    "two statements": ("SELECT 1; SELECT 2", "holds 2 statements"),
    "stacked": ("SELECT 1; DROP TABLE ef_account_set", "holds 2 statements"),
    "stacked behind a comment": ("SELECT 1 --\n; DELETE FROM ef_account_set", "holds 2 statements"),
    "delete": ("DELETE FROM ef_account_set", "is a statement"),
    "update": ("UPDATE ef_account_set SET balance = 0", "is a statement"),
    "cte with delete": (
        "WITH gone AS (DELETE FROM ef_account_set RETURNING *) SELECT * FROM gone",
        "holds a statement",
    ),
    "cte with insert": (
        "WITH new AS (INSERT INTO ef_account_set (username) VALUES ('x') RETURNING *) SELECT * FROM new",
        "holds a statement",
    ),
    "select into": ("SELECT * INTO stolen FROM ef_account_set", "holds a SELECT INTO"),
    "locking": ("SELECT * FROM ef_account_set FOR UPDATE", "holds a lock of rows"),
    "copy": ("COPY ef_account_set TO PROGRAM 'sh'", "is a statement"),
    "explain": ("EXPLAIN ANALYZE DELETE FROM ef_account_set", "is a statement"),
    "do": ("DO $$ BEGIN DELETE FROM ef_account_set; END $$", None),
    "set": ("SET transaction_read_only = off", "is a statement"),
    "commit": ("COMMIT", "is a statement"),
    "call": ("CALL something()", "is a statement"),
    "pragma": ("PRAGMA query_only = OFF", "is a statement"),
    "attach": ("ATTACH DATABASE 'other' AS other", None),
    "vacuum into": ("VACUUM INTO 'stolen'", "is a statement"),
    "values": ("VALUES (1)", "is a statement"),
    "parameter": ("SELECT * FROM ef_account_set WHERE name = :name", "holds a parameter"),
    "numbered parameter": ("SELECT * FROM ef_account_set WHERE name = $1", "holds a parameter"),
    "no sql": ("SELEC * FROM", None),
    "nested": ("SELECT " + "(" * 3000 + "1" + ")" * 3000, None),
    "long": ("SELECT '" + "x" * 200_000 + "'", "has 200009 characters"),
    "pragma as a table": ("SELECT * FROM pragma_table_info('ef_account_set')", "calls"),
} | {
    call: (f"SELECT {call} AS name", "calls")
    for call in (
        "pg_sleep(1)", "lo_import('/etc/passwd')", "nextval('ef_account_set_row_id_seq')", "setval('x', 1)",
        "dblink('host=x', 'SELECT 1')", "pg_read_file('postgresql.conf')", "pg_ls_dir('.')", "pg_terminate_backend(1)",
        "set_config('transaction_read_only', 'off', true)", "query_to_xml('DELETE FROM x', true, true, '')",
        "database_to_xml(true, true, '')", "pg_catalog.pg_sleep(1)", '"pg_sleep"(1)', "PG_SLEEP(1)",
        "public.lower('x')", "load_extension('x')", "readfile('x')", "writefile('x', 'y')", "randomblob(1000000000)",
        "zeroblob(1000000000)", "repeat('x', 1000000000)", "generate_series(1, 1000000000)", "current_setting('x')",
        "pg_advisory_lock(1)", "pg_notify('x', 'y')", "version()",
    )
}  # fmt: skip


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def attacked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Target:
    """A database in which ann has a forecast, for all attacks."""
    is_file = request.param == "sqlite"
    target = file_database(tmp_path_factory.mktemp("attacked")) if is_file else new_database(server())
    if not is_file:
        init(target)
    fill(target, small())
    return target


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_is_no_single_reading_select_is_refused(workspace: Workspace, attacked: Target, attack: str) -> None:
    sql, problem = ATTACKS[attack]
    before = scalar(attacked, LEFT)
    with pytest.raises(InputError) as caught:
        stage_selects(workspace, attacked, DATES, FORECAST | {"memo_milestone_set": sql})
    (found,) = caught.value.problems
    assert found.place == "--memo_milestone_set"
    assert problem is None or problem in found.text
    assert scalar(attacked, LEFT) == before


def test_comments_that_nest_for_one_and_not_for_the_other_hide_nothing(workspace: Workspace, database: Target) -> None:
    """PostgreSQL's comments nest and SQLite's do not; what is run has none, so the two cannot differ."""
    fill(database, small())
    before = content(database)
    with pytest.raises(InputError):
        selects.run(database, "ann", {"account_set": "SELECT 1 /* /* */ ; DELETE FROM ef_account_set; -- */"})
    assert content(database) == before


def test_everything_that_is_refused_is_told_at_once(workspace: Workspace, database: Target) -> None:
    with pytest.raises(InputError) as caught:
        stage_selects(
            workspace, database, DATES, {"account_set": "DROP TABLE x", "budget_item_set": "SELECT pg_sleep(9)"}
        )
    assert [each.place for each in caught.value.problems] == ["--account_set", "--budget_item_set"]


WRITES = [
    "INSERT INTO ef_account_set (username) VALUES ('eve')",
    "DELETE FROM ef_account_set",
    "CREATE TABLE x (y int)",
]


@pytest.mark.parametrize("sql", [*WRITES, "DROP TABLE ef_choices"])
def test_the_database_itself_refuses_to_write_as_well(database: Target, sql: str) -> None:
    fill(database, small())
    before = content(database)
    with pytest.raises(EfError), reading(database) as connection:
        connection.execute(text(sql))
    assert content(database) == before


@pytest.mark.parametrize(
    "sql", ["PRAGMA query_only = OFF", "ATTACH DATABASE '{}' AS other", "SELECT load_extension('x')"]
)
def test_a_file_is_guarded_by_its_own_library_as_well(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sql: str
) -> None:
    """If the parser ever understood one thing and SQLite another."""
    target, other = file_database(tmp_path), tmp_path / "other.sqlite"
    monkeypatch.setattr(select_guard, "rewritten", lambda query, dialect: sql.format(other))
    with pytest.raises(EfError, match=r"does not allow that|is damaged|not authorized"):
        selects.run(target, "ann", {"account_set": "SELECT 1"})
    assert not other.exists()


def test_selects_yield_what_the_tables_hold(workspace: Workspace, database: Target) -> None:
    fill(database, plans())
    assert stage_selects(workspace, database, DATES, ALL).id == stage_tables(workspace, database, DATES).id


def test_selects_work_on_tables_of_any_shape(workspace: Workspace, database: Target) -> None:
    fill(database, small())
    wanted = stage_tables(workspace, database, DATES).id
    execute(database, "CREATE TABLE money (what text, how_much numeric, kind text)")
    execute(database, "INSERT INTO money VALUES ('Checking', 1000, 'checking'), ('savings', 5, 'ignored')")
    accounts = """
        WITH mine AS (SELECT what, how_much FROM money WHERE kind = 'checking')  -- a comment
        SELECT 'checking' AS type, what AS name, CAST(how_much AS numeric) AS balance, coalesce(NULL, 0) AS min_balance
        FROM mine ORDER BY what;
    """
    assert stage_selects(workspace, database, DATES, FORECAST | {"account_set": accounts}).id == wanted


def test_missing_and_extra_columns_are_named(workspace: Workspace, database: Target) -> None:
    items = "SELECT memo, amount AS amonut, memo FROM ef_budget_item_set"
    with pytest.raises(InputError) as caught:
        stage_selects(workspace, database, DATES, FORECAST | {"budget_item_set": items})
    assert {each.text for each in caught.value.problems} == {
        "column start_date is missing",
        "column end_date is missing",
        "column priority is missing",
        "column cadence is missing",
        "column amount is missing",
        'column "amonut" does not belong there (did you mean "amount"?)',
        "column memo comes 2 times",
    }


def test_accounts_need_an_order(workspace: Workspace, database: Target) -> None:
    accounts = "SELECT type, name, balance FROM ef_account_set"
    with pytest.raises(
        InputError, match="--account_set: the order of its rows counts; select position, or add an ORDER"
    ):
        stage_selects(workspace, database, DATES, FORECAST | {"account_set": accounts})


def test_a_finding_names_the_row_of_the_select(workspace: Workspace, database: Target) -> None:
    fill(database, small())
    execute(database, "UPDATE ef_budget_item_set SET cadence = 'never' WHERE memo = 'trip'")
    with pytest.raises(InputError, match="--budget_item_set, row memo='trip', column cadence: cannot be"):
        stage_selects(workspace, database, DATES, FORECAST)


def test_rows_of_another_user_are_refused(workspace: Workspace, database: Target) -> None:
    fill(database, small(), "bob")
    with pytest.raises(InputError, match='yields rows of another user \\("bob"\\)'):
        stage_selects(workspace, database, DATES, {"account_set": "SELECT * FROM ef_account_set"})


ENDLESS = """
WITH RECURSIVE numbers AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM numbers) SELECT {} FROM numbers
"""


def test_a_select_that_never_ends_is_stopped(database: Target) -> None:
    with pytest.raises(TimedOutError):
        selects.run(database, "ann", {"memo_milestone_set": ENDLESS.format("count(*) AS name")}, seconds=1)


def test_a_select_with_too_many_rows_is_refused(database: Target) -> None:
    query = ENDLESS.format("'a' AS name, 'b' AS memo_regex") + " LIMIT 300000"
    with pytest.raises(InputError, match="--memo_milestone_set: yields more than 100000 rows; ask for less"):
        selects.run(database, "ann", {"memo_milestone_set": query})


def test_values_of_odd_types_are_findings(workspace: Workspace, server_database: Target) -> None:
    odd = {
        "account_set": "SELECT ARRAY['checking'] AS type, 1 AS name, ARRAY[1] AS \"primary\", 1 AS position",
        "choice_set": "SELECT ARRAY['a'] AS choice_name, CAST('{}' AS jsonb) AS option_name, 1 AS memo_regexes, "
        "1 AS position",
        "budget_item_set": "SELECT now() AS start_date, CAST('NaN' AS float) AS amount, CAST('x' AS bytea) AS memo, "
        'ARRAY[true] AS "deferrable", 1.5 AS priority, NULL AS cadence, NULL AS end_date',
    }
    with pytest.raises(InputError) as caught:
        stage_selects(workspace, server_database, DATES, odd)
    assert len({problem.place for problem in caught.value.problems}) >= 8


def test_a_missing_table_is_told(workspace: Workspace, database: Target) -> None:
    with pytest.raises(EfError, match=r"^--account_set: table nowhere is not in the database"):
        stage_selects(workspace, database, DATES, {"account_set": "SELECT * FROM nowhere ORDER BY 1"})


@pytest.mark.parametrize(
    "form", ["{};", "{}; -- that is all", "/* from */ {} /* to */;;", "(({}))", "({} ORDER BY row_id)"]
)
def test_a_select_may_have_comments_brackets_and_an_end(workspace: Workspace, database: Target, form: str) -> None:
    fill(database, small())
    asked = {option: form.format(sql) for option, sql in FORECAST.items()}
    assert stage_selects(workspace, database, DATES, asked).id == stage_tables(workspace, database, DATES).id


def test_what_a_database_cannot_calculate_is_told_with_its_place(workspace: Workspace, server_database: Target) -> None:
    fill(server_database, small())
    sql = FORECAST["memo_rule_set"] + " AND 1 / (priority - priority) = 1"
    with pytest.raises(EfError, match=r"^--memo_rule_set: .*division by zero"):
        stage_selects(workspace, server_database, DATES, FORECAST | {"memo_rule_set": sql})


def test_a_per_cent_sign_is_nothing_special(workspace: Workspace, database: Target) -> None:
    fill(database, small())
    query = ALL["account_set"] + " AND name LIKE 'Check%' AND name <> '100%s'"
    assert stage_selects(workspace, database, DATES, FORECAST | {"account_set": query}).id
