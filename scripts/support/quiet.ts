// Imported first: the runtime's own log lines would bury the figures. WRANGLER_LOG brings them back.
process.env.WRANGLER_LOG ??= 'error';
