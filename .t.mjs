import { startServer } from './bench/support.mjs';
process.env.NODE_TLS_REJECT_UNAUTHORIZED='0';
const s = await startServer({MODELS:'faq', MANAGEMENT_PORT:'19191'});
for (const question of ['<br>',' ']) {
const r = await fetch(s.url+'/v1/faq/match',{method:'POST',headers:{'x-api-key':s.key,'content-type':'application/json'},body:JSON.stringify({question})});
process.stdout.write(r.status+' '+(await r.text()).slice(0,300)+'\n');}
process.stdout.write((await (await fetch('http://127.0.0.1:19191/metrics')).text()).split('\n').filter(l=>/refus/.test(l)).join('\n')+'\n');
await s.stop();
