import type { paths as TokenPaths } from "../../../clients/typescript/token-api.js";
import type { paths as SessionPaths } from "../../../clients/typescript/session-api.js";

/** The operations that both documents describe. Where they differ, as in what a new password answers, both count. */
export type SharedPaths = {
  [Path in keyof TokenPaths & keyof SessionPaths]: TokenPaths[Path] | SessionPaths[Path] extends infer Either
    ? [TokenPaths[Path]] extends [SessionPaths[Path]]
      ? TokenPaths[Path]
      : Extract<Either, SessionPaths[Path]>
    : never;
};
