// Sends 20 events with the published client: node deliver.mjs <write key> <host>
import { Analytics } from "@segment/analytics-node";

const [, , writeKey, host] = process.argv;
const path = "/api/v1/pulse/segment/v1/batch";
const client = new Analytics({ writeKey, host, path, flushAt: 15, maxRetries: 1 });
client.on("error", (error) => console.log(error.code));
for (let number = 0; number < 20; number += 1) {
  client.track({ userId: `node-${number % 3}`, event: "node.called", properties: { number } });
}
await client.closeAndFlush({ timeout: 20000 });
console.log("closed");
