// In place of the languages of zod, which no spec asks for (jest.config.mjs).
export {};
