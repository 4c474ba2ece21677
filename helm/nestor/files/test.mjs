// Asks the servers of the release what a client would ask, from inside the cluster: `helm test`.
const { FAQ_URL, VISION_URL, SINGLE_URL, API_KEY } = process.env;
const photo = await import('node:fs').then(({ readFileSync }) =>
  readFileSync('/app/models/vision/1/golden/coffee.jpg'),
);
let failed = false;

async function expect(what, url, { body, type, key }, wanted) {
  const headers = { ...(type && { 'content-type': type }), ...(key && { 'x-api-key': key }) };
  const method = body === undefined ? 'GET' : 'POST';
  const answer = await fetch(url, { method, body, headers }).catch((error) => ({ error }));
  const text = answer.error === undefined ? await answer.text() : String(answer.error.cause);
  const right = wanted(answer.status, text);
  failed ||= !right;
  console.log(`${right ? 'ok  ' : 'FAIL'} ${what}${right ? '' : `: ${answer.status} ${text}`}`);
}

const question = { body: '{"question":"what does === do"}', type: 'application/json' };
const picture = { body: photo, type: 'image/jpeg' };
const scored = (member) => (status, text) => status === 200 && text.includes(`"${member}"`);

for (const url of [FAQ_URL, VISION_URL, SINGLE_URL].filter(Boolean)) {
  await expect(`${url} is ready`, `${url}/readyz`, {}, (status) => status === 200);
}
for (const [url, path, body, member] of [
  [FAQ_URL ?? SINGLE_URL, '/v1/faq/match', question, 'matches'],
  [VISION_URL ?? SINGLE_URL, '/v1/vision/classify', picture, 'predictions'],
]) {
  if (url === undefined) continue;
  await expect(`${path} refuses strangers`, url + path, body, (status) => status === 401);
  if (API_KEY)
    await expect(`${path} scores`, url + path, { ...body, key: API_KEY }, scored(member));
  else console.log(`skip ${path} scores: test.apiKey.existingSecret names no key`);
}
process.exit(failed ? 1 : 0);
