// use.ts — how a client uses the types: compiled, never run. What must not compile is marked.
import type { ProblemDetails, Routes } from "./api.js";

type Answer<R extends keyof Routes> = Routes[R]["reply"] | ProblemDetails;

declare function call<R extends keyof Routes>(route: R, request: Routes[R]["request"]): Promise<Answer<R>>;

export async function addKey(): Promise<string | undefined> {
  const answer = await call("POST /v1/keys", { role: "cashier", label: "till 1" });
  // @ts-expect-error a required field is missing
  void call("POST /v1/keys", { role: "cashier" });
  // @ts-expect-error there is no such route
  void call("GET /v1/nothing", {});
  // @ts-expect-error a number is no text
  void call("POST /v1/keys", { role: 7, label: "till 1" });
  return "code" in answer && "title" in answer ? undefined : answer.key;
}
