-- Runs once, when the data folder is made: one role owns the schema and migrates, the other serves and owns nothing.
\set ON_ERROR_STOP on
\getenv owner_password OWNER_PASSWORD
\getenv runtime_password RUNTIME_PASSWORD

CREATE ROLE reviewapp_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE reviewapp_runtime LOGIN PASSWORD :'runtime_password';
CREATE DATABASE reviewapp OWNER reviewapp_owner;
REVOKE CONNECT, TEMPORARY ON DATABASE reviewapp FROM PUBLIC;
GRANT CONNECT ON DATABASE reviewapp TO reviewapp_runtime;
