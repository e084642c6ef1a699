// services.mjs — payment services for tests on one port: Stripe (stripe.mjs) below /, Adyen (adyen.mjs) below /adyen,
// and what drives them:
//   POST /control/lose N     the next N calls take effect and get no answer   POST /control/drop N   … have no effect
//   POST /control/skip N, skipdrop N   the call after the next N is lost in that way
//   POST /control/event {service, type, at}    the event as it would come: {payload, signature}
//   POST /control/present READER               GET /control/book   GET /control/requests
import http from 'node:http';
import * as adyen from './adyen.mjs';
import * as stripe from './stripe.mjs';

let lose = 0, drop = 0, skip = 0, skipDrop = 0;

function control(url, text) {
  const verb = url.pathname.slice('/control/'.length);
  if (verb === 'lose') lose = Number(text);
  else if (verb === 'drop') drop = Number(text);
  else if (verb === 'skip') skip = Number(text) + 1;
  else if (verb === 'skipdrop') skipDrop = Number(text) + 1;
  else if (verb === 'event') {
    const { service, type, at } = JSON.parse(text), words = type.split(' ');
    return service === 'stripe' ? stripe.event(type, at) : adyen.event(...words);
  } else if (verb === 'present') text.startsWith('T-') ? adyen.present(text) : stripe.present(text);
  else if (verb === 'book') return { charges: [...stripe.book(), ...adyen.book()] };
  else if (verb === 'requests') return { stripe: stripe.requests, adyen: adyen.requests };
  return {};
}

function send(response, status, body) {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

const server = http.createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const url = new URL(request.url, 'http://localhost'), text = Buffer.concat(parts).toString();
    if (url.pathname.startsWith('/control/')) return send(response, 200, control(url, text));
    if (skip > 1) skip--;
    else if (skip === 1) skip = 0, lose = 1;
    if (skipDrop > 1) skipDrop--;
    else if (skipDrop === 1) skipDrop = 0, drop = 1;
    if (drop > 0) return void drop--;
    const made = url.pathname.startsWith('/adyen/') ? adyen.answer(url.pathname.slice('/adyen'.length), request.headers, text)
      : stripe.answer(request.method, url, request.headers, text);
    if (lose > 0) return void lose--;
    if (made) send(response, made.status, made.body);
  });
});
server.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
process.stdin.on('end', () => process.exit(0)).resume(); // whoever started it has ended
