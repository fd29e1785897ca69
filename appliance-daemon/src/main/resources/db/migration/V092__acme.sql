-- Each box gets its certificate for itself: where from and for which names as JSON text that one class reads, the account's key and the key of an
-- external account binding sealed, and what came of the last attempt.
CREATE TABLE acme (
    node UUID PRIMARY KEY,
    account_directory VARCHAR(500),
    account_url VARCHAR(2000),
    sealed_account_key BYTEA,
    terms VARCHAR(200000),
    sealed_binding_key BYTEA,
    state VARCHAR(20000)
);
