// Says whether a document is valid OpenAPI, as JSON. usage: node validate.mjs FILE
import { Validator } from '@seriousme/openapi-schema-validator';

const validator = new Validator();
const result = await validator.validate(process.argv[2]);
console.log(JSON.stringify({ version: validator.version, ...result }));
process.exitCode = result.valid ? 0 : 1;
