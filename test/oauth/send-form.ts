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
