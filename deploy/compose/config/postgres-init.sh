# Run by the image postgres when it makes a new volume: the role of Horizon Auth, which owns its database and nothing
# else, and no right to it for others.
# shellcheck shell=sh
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\set password `cat /run/secrets/database_password`
CREATE ROLE horizon LOGIN PASSWORD :'password';
CREATE DATABASE horizon_auth OWNER horizon;
REVOKE ALL ON DATABASE horizon_auth FROM PUBLIC;
SQL
