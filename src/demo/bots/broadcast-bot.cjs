// Sends too fast: Telegram answers 429 and says how long to wait.
let sent = 15_400;

function send() {
  sent += 25;
  console.log(`${new Date().toISOString()} INFO  broadcast 31: ${sent} of 60000 sent`);
  if (sent % 100 === 0) {
    const seconds = 3 + ((sent / 100) % 5);
    const body = {
      ok: false,
      error_code: 429,
      description: `Too Many Requests: retry after ${seconds}`,
      parameters: { retry_after: seconds },
    };
    console.error(`${new Date().toISOString()} ERROR sendMessage failed: ${JSON.stringify(body)}`);
  }
  setTimeout(send, 900);
}

send();
