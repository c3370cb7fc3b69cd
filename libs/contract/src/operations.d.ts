import { z } from 'zod';
export declare const Unreadable: z.ZodArray<z.ZodObject<{ group: z.ZodString; detail: z.ZodString }, z.core.$strict>>;
export declare const HealthReply: z.ZodObject<{ status: z.ZodLiteral<'ok'>; instance: z.ZodGUID; version: z.ZodString }, z.core.$strict>;
export type HealthReply = z.infer<typeof HealthReply>;
export declare const LogReply: z.ZodObject<
  {
    state: z.ZodEnum<{ known: 'known'; replaced: 'replaced' }>;
    why: z.ZodNullable<z.ZodString>;
    digest: z.ZodNullable<z.ZodString>;
    groups: z.ZodArray<
      z.ZodObject<
        {
          group: z.ZodString;
          known: z.ZodObject<{ version: z.ZodInt; term: z.ZodInt }, z.core.$strict>;
          found: z.ZodObject<{ version: z.ZodInt; term: z.ZodInt }, z.core.$strict>;
        },
        z.core.$strict
      >
    >;
    accepted: z.ZodNullable<z.ZodObject<{ by: z.ZodString; reason: z.ZodString; waitMs: z.ZodInt }, z.core.$strict>>;
  },
  z.core.$strict
>;
export type LogReply = z.infer<typeof LogReply>;
export declare const ReadyReply: z.ZodObject<
  {
    ready: z.ZodBoolean;
    reasons: z.ZodArray<z.ZodString>;
    unreadable: z.ZodArray<z.ZodObject<{ group: z.ZodString; detail: z.ZodString }, z.core.$strict>>;
    instance: z.ZodGUID;
    position: z.ZodNullable<z.ZodString>;
    caughtUp: z.ZodBoolean;
  },
  z.core.$strict
>;
export type ReadyReply = z.infer<typeof ReadyReply>;
//# sourceMappingURL=operations.d.ts.map
