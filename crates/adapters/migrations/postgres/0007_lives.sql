-- Which life of the database this is: a restore from a backup begins another one, and no access token of an earlier
-- one is believed. At most one row, and none in the first life.

CREATE TABLE lives (
    id UUID NOT NULL PRIMARY KEY,
    began_at BIGINT NOT NULL
);
