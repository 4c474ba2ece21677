/* global SwaggerUIBundle */
/** Shows the description of the model in the page's path, asked for with the visitor's credential. */
const form = document.getElementById('credential');
const problem = document.getElementById('problem');
const path = location.pathname.replace(/\/docs\/?$/, '');

async function show(credential) {
  const isKey = credential.startsWith('nst_');
  const headers = isKey ? { 'X-API-Key': credential } : { Authorization: `Bearer ${credential}` };
  const answer = await fetch(`${path}/docs/openapi.json`, { headers });
  const spec = await answer.json();
  if (!answer.ok) throw new Error(spec.error ?? answer.statusText);
  document.title = spec.info.title;
  const ui = SwaggerUIBundle({
    spec,
    dom_id: '#description',
    tryItOutEnabled: true,
    displayRequestDuration: true,
    validatorUrl: null,
    onComplete: () => ui.preauthorizeApiKey(isKey ? 'ApiKey' : 'Bearer', credential),
  });
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  problem.textContent = '';
  show(document.getElementById('key').value.trim()).catch((error) => {
    problem.textContent = error.message;
  });
});
