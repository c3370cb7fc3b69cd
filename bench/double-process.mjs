// The EventStoreDB double in a process of its own, as a real server would be; prints its connection string.
import { startEsdbDouble } from '../dist/libs/testing/src/esdb-double/index.js';

const double = await startEsdbDouble();
process.send({ url: double.connectionString });
process.on('message', () => process.send({ appends: double.faults.calls.append }));
process.on('disconnect', () => process.exit());
