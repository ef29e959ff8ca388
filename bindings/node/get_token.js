/**
 * Gets an access token and prints it. The secret (password) is the first line of standard input.
 *
 *     npm install
 *     node get_token.js BASE_URL CONSUMER_KEY LOGIN [CA_FILE]
 */
import { Client, NativeflowError, Secret } from './nativeflow.js';

const utc = (date) => `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;

async function printToken(client, key, login) {
  const secret = Secret.readLine(0, 512); // process.stdin would keep a copy of it
  const token = await client.getToken(key, Secret.from(login), secret);
  try {
    console.log(`token:    ${token.value}`);
    console.log(`expires:  ${token.expiresAt ? utc(token.expiresAt) : 'unknown'}`);
    console.log(`instance: ${token.instanceUrl}`);
  } finally {
    token.close();
  }
}

async function main([baseUrl, key, login, caFile, ...tooMany]) {
  if (login === undefined || tooMany.length > 0) {
    console.error('usage: get_token.js BASE_URL CONSUMER_KEY LOGIN [CA_FILE]');
    return 2;
  }
  let client;
  try {
    client = new Client(caFile === undefined ? { baseUrl } : { baseUrl, caFile });
    await printToken(client, key, login);
    return 0;
  } catch (error) {
    if (!(error instanceof NativeflowError)) {
      throw error;
    }
    console.error(`${error.name}: ${error.message}.\n${error.remedy}`);
    return 1;
  } finally {
    client?.close();
  }
}

process.exitCode = await main(process.argv.slice(2));
