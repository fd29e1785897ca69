-- The HTTP proxy that calls leave the network by: what it is as JSON text, which only the settings read, and its sealed password.
ALTER TABLE organisation ADD COLUMN http_proxy VARCHAR(20000);
ALTER TABLE organisation ADD COLUMN sealed_proxy_password BYTEA;
