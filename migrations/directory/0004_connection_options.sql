-- How the deliveries of a connection are read, as JSON: what is left out is as carriers do by the standard.
ALTER TABLE connections ADD COLUMN options TEXT NOT NULL DEFAULT '{}';
