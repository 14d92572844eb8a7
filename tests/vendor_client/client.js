// Calls the vendor's client as told: a line of JSON on standard input for each call, a line on standard output for its end.
//
//     {"agent": "Batch", "call": "getBatchTaskInfoAsync", "arguments": [497], "select": "State"}
//     {"value": {...}}   {"bytes": base64}   {"thrown": "TypeError", "message": "...", "status": 404}
"use strict";

const readline = require("readline");
const { BatchAgent, BLOBAgent } = require("@superoffice/webapi");

const agents = { Batch: BatchAgent, BLOB: BLOBAgent };

function agentOf(name, select) {
    const config = { headers: { Authorization: `Bearer ${process.env.SUPEROFFICE_TOKEN}` } };
    if (select !== undefined) config.params = { $select: select };
    return new agents[name](process.env.SUPEROFFICE_BASE_URL, config);
}

function written(value) {
    return Buffer.isBuffer(value) ? { bytes: value.toString("base64") } : { value };
}

async function answer({ agent, call, arguments: values, select }) {
    try {
        return written(await agentOf(agent, select)[call](...values));
    } catch (problem) {
        return { thrown: problem.name, message: problem.message, status: problem.response && problem.response.status };
    }
}

async function main() {
    for await (const line of readline.createInterface({ input: process.stdin }))
        process.stdout.write(JSON.stringify(await answer(JSON.parse(line))) + "\n");
}

main();
