/** Version of this Conclave; equal to package.json (a test holds them together). */
export const VERSION = '0.1.0';
