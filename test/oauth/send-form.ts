/** Sends a form; the outcome is the status with the error code, if there is one. */
export async function sendForm(
  url: string,
  form: string | Record<string, string>,
  headers: Record<string, string> = {},
): Promise<string> {
  const answer = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: typeof form === 'string' ? form : new URLSearchParams(form).toString(),
  });
  const body = (await answer.json().catch(() => ({}))) as { error?: string };
  return body.error ? `${answer.status} ${body.error}` : String(answer.status);
}

/** How many of twenty parallel requests succeed. */
export async function twenty(url: string, form: Record<string, string>): Promise<string> {
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => sendForm(url, form)));
  const others = new Set(outcomes.filter((text) => text !== '200'));
  return `${outcomes.filter((text) => text === '200').length} of 20, else ${[...others].join(', ')}`;
}

/** How many refresh tokens twenty parallel requests are answered. */
export async function successors(url: string, form: Record<string, string>): Promise<string> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const init = { method: 'POST', headers, body: new URLSearchParams(form).toString() };
  const answers = await Promise.all(Array.from({ length: 20 }, async () => (await fetch(url, init)).json()));
  const tokens = new Set((answers as { refresh_token?: string }[]).flatMap((answer) => answer.refresh_token ?? []));
  return `${tokens.size} successor${tokens.size === 1 ? '' : 's'}`;
}
