import { call } from './api.js';
import { startCredential } from './credential.js';
import { byId } from './dom.js';
import { startLanguages } from './language.js';
import { startPhoto } from './photo.js';
import { startQuestion } from './question.js';

startLanguages();
startQuestion();
startPhoto();
const { body } = await call('playground/config.json').catch(() => ({ body: {} }));
byId('docs-link').hidden = !body.docs;
await startCredential(body.signIn ?? undefined);
