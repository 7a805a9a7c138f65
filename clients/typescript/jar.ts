/** What a browser does by itself: keeps cookies and sends them back. Paths are not looked at. A middleware. */
export class Jar {
  readonly cookies = new Map<string, string>();

  onRequest({ request }: { request: Request }): Request {
    if (this.cookies.size > 0) {
      const pairs = [...this.cookies].map(([name, value]) => `${name}=${value}`);
      request.headers.set("Cookie", pairs.join("; "));
    }
    return request;
  }

  onResponse({ response }: { response: Response }): undefined {
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === "") {
        this.cookies.delete(name);
      } else {
        this.cookies.set(name, value);
      }
    }
  }
}
