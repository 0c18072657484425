CREATE TABLE checkpoint (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    position INTEGER NOT NULL,
    leaf BLOB NOT NULL
);
INSERT INTO checkpoint VALUES (1, 0, zeroblob(32));
CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    class TEXT NOT NULL,
    commodity TEXT NOT NULL,
    side INTEGER NOT NULL CHECK (side IN (1, -1)),
    customers INTEGER NOT NULL CHECK (customers IN (0, 1)),
    request TEXT,
    investor TEXT,
    case_id TEXT,
    -- Of a hot account as of the last day-cut.
    balance INTEGER NOT NULL
);
-- What was posted on hot accounts since the last day-cut.
CREATE TABLE sub_accounts (
    account INTEGER NOT NULL REFERENCES accounts,
    shard INTEGER NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (account, shard)
) WITHOUT ROWID;
-- Accounts with what they hold now.
CREATE VIEW standing AS
SELECT id, code, class, commodity, customers, request, case_id,
       balance + COALESCE((SELECT SUM(amount) FROM sub_accounts WHERE account = accounts.id), 0) AS balance
FROM accounts;
CREATE TABLE entries (
    position INTEGER PRIMARY KEY,
    event_id BLOB NOT NULL UNIQUE,
    event_type TEXT NOT NULL,
    stream TEXT NOT NULL,
    request TEXT NOT NULL,
    t TEXT,
    day TEXT NOT NULL
);
CREATE INDEX entries_by_request ON entries (request, position);
CREATE TABLE postings (
    position INTEGER NOT NULL REFERENCES entries,
    line INTEGER NOT NULL,
    account INTEGER NOT NULL REFERENCES accounts,
    amount INTEGER NOT NULL CHECK (amount <> 0),
    PRIMARY KEY (position, line)
) WITHOUT ROWID;
CREATE INDEX postings_by_account ON postings (account, position);
CREATE TABLE requests (
    request TEXT PRIMARY KEY,
    investor TEXT NOT NULL,
    process TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE payments (payment TEXT PRIMARY KEY, order_id TEXT NOT NULL, request TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX payments_by_order ON payments (order_id);
CREATE INDEX payments_by_request ON payments (request);
CREATE TABLE applications (
    application TEXT PRIMARY KEY,
    order_id TEXT NOT NULL,
    request TEXT NOT NULL,
    finals INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE cases (case_id TEXT PRIMARY KEY, request TEXT, is_open INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX cases_by_request ON cases (request);
-- What cash at once counts under: the investor, the fund of all share classes, the distributor, the natural day.
CREATE TABLE quotas (
    quota TEXT NOT NULL,
    request TEXT NOT NULL,
    investor TEXT NOT NULL,
    fund TEXT NOT NULL,
    distributor TEXT NOT NULL,
    day TEXT NOT NULL,
    -- Excess that the bank's payment made of it; NULL: it counts no more.
    above INTEGER,
    PRIMARY KEY (quota, request)
) WITHOUT ROWID;
CREATE INDEX quotas_by_request ON quotas (request);
-- What is remembered of records that do not add up, as the program that wrote it reads it back.
CREATE TABLE differences (case_id TEXT PRIMARY KEY, remembered TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE settlements (
    settlement TEXT PRIMARY KEY,
    party TEXT NOT NULL,
    t TEXT NOT NULL,
    due_on TEXT NOT NULL,
    receivable INTEGER NOT NULL,
    payable INTEGER NOT NULL,
    fees INTEGER NOT NULL,
    net INTEGER NOT NULL,
    moved INTEGER NOT NULL,
    remains INTEGER NOT NULL,
    request TEXT NOT NULL
) WITHOUT ROWID;
-- Figures of files and statements, by the day that was reconciled: the latest that are known.
CREATE TABLE counted (
    day TEXT NOT NULL,
    source TEXT NOT NULL,
    loose INTEGER NOT NULL,
    PRIMARY KEY (day, source)
) WITHOUT ROWID;
CREATE TABLE held (
    day TEXT NOT NULL,
    fund TEXT NOT NULL,
    ours INTEGER NOT NULL,
    stated INTEGER NOT NULL,
    ours_frozen INTEGER NOT NULL,
    stated_frozen INTEGER NOT NULL,
    apart INTEGER NOT NULL,
    PRIMARY KEY (day, fund)
) WITHOUT ROWID;
CREATE TABLE confirmed (
    day TEXT NOT NULL,
    fund TEXT NOT NULL,
    business TEXT NOT NULL,
    records INTEGER NOT NULL,
    stated INTEGER NOT NULL,
    apart INTEGER NOT NULL,
    PRIMARY KEY (day, fund, business)
) WITHOUT ROWID;
CREATE TABLE closings (
    day TEXT NOT NULL,
    file TEXT NOT NULL,
    balance INTEGER NOT NULL,
    PRIMARY KEY (day, file)
) WITHOUT ROWID;
-- Shares as the fold of an investor's own stream shows them, and the latest price that a record states of a fund.
CREATE TABLE shown (
    investor TEXT NOT NULL,
    fund TEXT NOT NULL,
    shares INTEGER NOT NULL,
    PRIMARY KEY (investor, fund)
) WITHOUT ROWID;
CREATE TABLE prices (fund TEXT PRIMARY KEY, t TEXT, nav TEXT NOT NULL) WITHOUT ROWID;
-- Records whose fee is not the promised one; promises whose T is not the calendar's.
CREATE TABLE fees_apart (
    position INTEGER PRIMARY KEY,
    application TEXT NOT NULL,
    request TEXT NOT NULL,
    what TEXT NOT NULL
);
CREATE TABLE days_apart (position INTEGER PRIMARY KEY, request TEXT NOT NULL, what TEXT NOT NULL);
-- What counts towards the limit of a fund, an investor and a T, and the limit that it was counted against.
CREATE TABLE counts (
    day_limit TEXT NOT NULL,
    request TEXT NOT NULL,
    position INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    day_max INTEGER,
    PRIMARY KEY (day_limit, request)
) WITHOUT ROWID;
