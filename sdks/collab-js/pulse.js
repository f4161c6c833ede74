// Pulse collaboration client: PulseClient (no DOM) and <pulse-threads> (a small thread panel).
// One file, no dependency. Text of people is only ever set as text, never as markup.
(function () {
  "use strict";

  const HEARTBEAT_MS = 30000;
  const CURSOR_MS = 50;
  const TYPING_MS = 2000;
  const STEADY_MS = 5000;
  const EMOJI = ["👍", "👎", "❤️", "🎉", "👀", "🚀"];

  function uuid() {
    if (crypto.randomUUID) { return crypto.randomUUID(); }
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  // The server puts a zero-width space after "<" for clients that write text into innerHTML.
  function plain(text) { return String(text).replace(/<\u200b/g, "<"); }

  class PulseState {
    constructor() { this.reset(); }

    reset() {
      this.user = null;
      this.config = null;
      this.p2pConfig = null;
      this.seq = 0;
      this._users = new Map();
      this._presence = new Map();
      this._threads = new Map();
      this._reactions = new Map();
      this._notifications = [];
      this._activity = [];
      this._typing = new Map();
    }

    get users() { return [...this._users.values()]; }
    get presence() { return [...this._presence.values()]; }
    get threads() { return [...this._threads.values()]; }
    get notifications() { return this._notifications; }
    get unreadCount() { return this._notifications.filter((one) => !one.read).length; }
    get activityLogs() { return this._activity; }
    getUser(id) { return this._users.get(id); }
    getReactions(targetId) {
      return [...this._reactions.values()].filter((one) => one.targetId === targetId);
    }
    getTypingUsers(threadId) {
      const now = Date.now();
      return [...this._typing.values()]
        .filter((one) => one.threadId === threadId && now - one.at < 3000)
        .map((one) => this.getUser(one.userId)).filter(Boolean);
    }

    /** Whether the message says anything that is kept; cursors and strokes are not. */
    take(message) {
      const handler = message.type.includes(":") && this[message.type];
      if (handler) { handler.call(this, message); }
      else if (message.type === "notification") { this._notifications.unshift(message.notification); }
      else { return false; }
      return true;
    }

    "auth:ok"(message) {
      this.reset();
      this.user = message.user;
      this.config = message.config;
      this.p2pConfig = message.p2pConfig;
      this.seq = message.seq || 0;
      message.users.forEach((one) => this._users.set(one.id, one));
      message.presence.forEach((one) => this["presence:join"]({ user: one }));
      message.threads.forEach((one) => this._threads.set(one.id, one));
      message.reactions.forEach((one) => this._reactions.set(one.id, one));
      this._notifications = message.notifications.slice();
      this._activity = message.activityLogs.slice();
    }
    "presence:join"(message) {
      this._users.set(message.user.user.id, message.user.user);
      this._presence.set(message.user.user.id, message.user);
    }
    "presence:leave"(message) { this._presence.delete(message.userId); }
    "presence:update"(message) {
      const entry = this._presence.get(message.userId);
      if (entry) { this._presence.set(message.userId, { ...entry, status: message.status }); }
    }
    "thread:created"(message) {
      this._meet(message.author);
      this._threads.set(message.thread.id, message.thread);
    }
    "thread:deleted"(message) { this._threads.delete(message.threadId); }
    "thread:resolved"(message) { this._change(message.threadId, { resolved: message.resolved }); }
    "thread:moved"(message) { this._change(message.threadId, { position: message.position }); }
    "comment:created"(message) {
      this._meet(message.author);
      const thread = this._threads.get(message.threadId);
      if (!thread || thread.comments.some((one) => one.id === message.comment.id)) { return; }
      this._change(message.threadId, { comments: [...thread.comments, message.comment] });
    }
    "comment:edited"(message) {
      const thread = this._threads.get(message.threadId);
      if (!thread) { return; }
      this._change(message.threadId, {
        comments: thread.comments.map((one) => (one.id === message.comment.id ? message.comment : one)),
      });
    }
    "comment:deleted"(message) {
      const thread = this._threads.get(message.threadId);
      if (!thread) { return; }
      const comments = thread.comments.filter((one) => one.id !== message.commentId);
      if (comments.length) { this._change(message.threadId, { comments }); }
      else { this._threads.delete(message.threadId); }
    }
    "reaction:added"(message) { this._reactions.set(message.reaction.id, message.reaction); }
    "reaction:removed"(message) { this._reactions.delete(message.reactionId); }
    "activity:logged"(message) {
      this._activity = [message.activityLog, ...this._activity].slice(0, 100);
    }
    "typing:indicator"(message) {
      this._typing.set(message.userId, { ...message, at: Date.now() });
    }
    // Who writes through REST may never have been in the room.
    _meet(user) { if (user) { this._users.set(user.id, user); } }
    _change(threadId, fields) {
      const thread = this._threads.get(threadId);
      if (thread) { this._threads.set(threadId, { ...thread, ...fields }); }
    }
  }

  /** A connection to one room. Events: "state", "connection", and every message type of the server. */
  class PulseClient {
    constructor(config) {
      this.config = config;
      this.state = new PulseState();
      this.connectionState = "disconnected";
      this._handlers = new Map();
      this._attempt = 0;
      this._wanted = false;
      this._lastCursor = 0;
      this._lastTyping = 0;
    }

    on(type, handler) {
      if (!this._handlers.has(type)) { this._handlers.set(type, new Set()); }
      this._handlers.get(type).add(handler);
      return () => this.off(type, handler);
    }
    off(type, handler) { const known = this._handlers.get(type); if (known) { known.delete(handler); } }

    connect() {
      if (this._wanted) { return; }
      this._wanted = true;
      this._open();
    }
    disconnect() {
      this._wanted = false;
      clearTimeout(this._retry);
      clearInterval(this._heartbeat);
      if (this._socket) { this._socket.close(1000); }
      this._set("disconnected");
    }
    destroy() { this.disconnect(); this._handlers.clear(); }

    send(message) {
      if (this._socket && this._socket.readyState === WebSocket.OPEN) {
        this._socket.send(JSON.stringify(message));
        return true;
      }
      return false;
    }

    createThread(body, options = {}) {
      const id = uuid();
      this.send({
        type: "thread:create", id, body, mentions: options.mentions || mentionsIn(body),
        position: options.position || null, attachmentIds: options.attachmentIds,
      });
      return id;
    }
    reply(threadId, body, options = {}) {
      const id = uuid();
      this.send({
        type: "comment:create", threadId, id, body, mentions: options.mentions || mentionsIn(body),
        attachmentIds: options.attachmentIds,
      });
      return id;
    }
    editComment(commentId, body, mentions) {
      this.send({ type: "comment:edit", commentId, body, mentions: mentions || mentionsIn(body) });
    }
    deleteComment(commentId) { this.send({ type: "comment:delete", commentId }); }
    resolveThread(threadId, resolved = true) { this.send({ type: "thread:resolve", threadId, resolved }); }
    updateThreadPosition(threadId, position) { this.send({ type: "thread:move", threadId, position }); }
    addReaction(targetId, targetType, emoji) {
      this.send({ type: "reaction:add", targetId, targetType, emoji });
    }
    removeReaction(reactionId) { this.send({ type: "reaction:remove", reactionId }); }
    markRead(notificationId) {
      const known = this.state.notifications.find((one) => one.id === notificationId);
      if (known) { known.read = true; }
      this.send({ type: "notification:read", notificationId });
      this._emit("state", this.state);
    }
    markAllRead() {
      this.state.notifications.forEach((one) => { one.read = true; });
      this.send({ type: "notification:read-all" });
      this._emit("state", this.state);
    }
    moveCursor(position) {
      const now = Date.now();
      if (now - this._lastCursor < CURSOR_MS) { return; }
      this._lastCursor = now;
      this.send({ type: "cursor:move", position });
    }
    performClick(position) { this.send({ type: "click:perform", position }); }
    sendTyping(threadId) {
      const now = Date.now();
      if (now - this._lastTyping < TYPING_MS) { return; }
      this._lastTyping = now;
      this.send({ type: "typing:start", threadId });
    }
    updateViewport(viewport) { this.send({ type: "viewport:update", ...viewport }); }
    updateSelection(selection) { this.send({ type: "selection:update", selection }); }
    drawStroke(points, color, width) { this.send({ type: "draw:stroke", points, color, width }); }
    clearDrawing() { this.send({ type: "draw:clear" }); }
    updatePresence(status) { this.send({ type: "presence:update", status }); }
    setAppearOffline(hidden) {
      this._hidden = hidden;
      this.updatePresence(hidden ? "idle" : "online");
    }
    async uploadFile(file) {
      const form = new FormData();
      form.append("file", file);
      const answer = await fetch(this._http() + "/api/v1/upload", {
        method: "POST", body: form,
        headers: { "X-Pulse-Key": this.config.apiKey, "X-Pulse-Token": this.config.token },
      });
      const body = await answer.json();
      if (!answer.ok) { throw new Error(body.error); }
      return { ...body, url: this.fileUrl(body.url), thumbnailUrl: this.fileUrl(body.thumbnailUrl) };
    }
    fileUrl(url) { return url && url.startsWith("/") ? this._http() + url : url; }

    _endpoint() { return (this.config.endpoint || location.origin).replace(/^http/, "ws"); }
    _http() { return this._endpoint().replace(/^ws/, "http").replace(/\/+$/, ""); }

    _open() {
      clearTimeout(this._retry);
      this._set("connecting");
      const socket = new WebSocket(this._endpoint());
      this._socket = socket;
      socket.onopen = () => socket.send(JSON.stringify({
        type: "auth", apiKey: this.config.apiKey, token: this.config.token, room: this.config.room,
      }));
      socket.onmessage = (event) => { if (socket === this._socket) { this._take(event.data); } };
      socket.onclose = () => { if (socket === this._socket) { this._closed(); } };
    }

    _take(data) {
      let message;
      try { message = JSON.parse(data); } catch { return; }
      if (message.type === "auth:error") {
        this._wanted = false;
        this._emit("auth:error", message);
        return;
      }
      if (message.seq && message.type !== "auth:ok") {
        if (this.state.seq && message.seq > this.state.seq + 1) { this._resync(); return; }
        this.state.seq = Math.max(this.state.seq, message.seq);
      }
      const kept = this.state.take(message);
      if (message.type === "auth:ok") { this._welcomed(); }
      this._emit(message.type, message);
      if (kept) { this._emit("state", this.state); }
    }

    // A number is missing: the snapshot of a new connection has what was lost.
    _resync() { this._attempt = 0; this._socket.close(4000); }

    _welcomed() {
      this._set("connected");
      clearTimeout(this._steady);
      this._steady = setTimeout(() => { this._attempt = 0; }, STEADY_MS);
      clearInterval(this._heartbeat);
      this._heartbeat = setInterval(() => {
        if (!this._hidden) { this.updatePresence("online"); }
      }, HEARTBEAT_MS);
    }

    _closed() {
      clearInterval(this._heartbeat);
      clearTimeout(this._steady);
      this._set("disconnected");
      if (!this._wanted) { return; }
      const longest = Math.min(1000 * 2 ** this._attempt++, 30000);
      this._retry = setTimeout(() => this._open(), longest * (0.5 + Math.random() / 2));
    }

    _set(state) {
      if (this.connectionState === state) { return; }
      this.connectionState = state;
      this._emit("connection", state);
    }
    _emit(type, data) { (this._handlers.get(type) || []).forEach((handler) => handler(data)); }
  }

  function mentionsIn(body) { return [...body.matchAll(/(?<![0-9A-Za-z_+])@([^\s@]{1,60})/g)].map((match) => match[1]); }

  const STYLE = `
    :host { display: block; font: 14px/1.5 system-ui, sans-serif; color: var(--pulse-text, #191c22);
      --line: var(--pulse-border, #e4e6ea); --soft: #646b78; --accent: var(--pulse-primary, #4338ca); }
    @media (prefers-color-scheme: dark) { :host(:not([theme=light])) { color: var(--pulse-text, #eceef1); --line: var(--pulse-border, #2d333d); --soft: #9aa3b2; --accent: var(--pulse-primary, #8f95ff); } }
    :host([theme=dark]) { color: var(--pulse-text, #eceef1); --line: var(--pulse-border, #2d333d); --soft: #9aa3b2; --accent: var(--pulse-primary, #8f95ff); }
    header, .row { display: flex; gap: 8px; align-items: center; flex-wrap: wrap; }
    header { justify-content: space-between; margin-bottom: 12px; }
    header + form { margin-bottom: 16px; }
    .face { display: inline-grid; place-items: center; width: 28px; height: 28px; border-radius: 50%; font-size: 11px; font-weight: 600; }
    .face.idle { opacity: .5; }
    .soft { color: var(--soft); font-size: 12px; }
    article { border: 1px solid var(--line); border-radius: var(--pulse-radius, 10px); padding: 12px; margin-bottom: 12px; }
    article.resolved { opacity: .65; }
    .comment { margin-bottom: 8px; overflow-wrap: anywhere; }
    .comment p { margin: 2px 0; white-space: pre-wrap; }
    .comment img { max-width: 160px; border-radius: 6px; display: block; margin-top: 4px; }
    button { font: inherit; font-size: 12px; border: 1px solid var(--line); background: none; color: inherit; border-radius: 6px; padding: 2px 8px; cursor: pointer; }
    button:focus-visible, input:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
    button[aria-pressed=true] { border-color: var(--accent); }
    form { display: flex; gap: 8px; margin-bottom: 8px; } input { flex: 1; min-width: 0; font: inherit; padding: 6px 8px; border: 1px solid var(--line); border-radius: 6px; background: none; color: inherit; }
    form button { background: var(--accent); border-color: var(--accent); color: var(--pulse-on-primary, #fff); padding: 4px 12px; }
    :host([theme=dark]) form button { color: #0d0f13; }
    .empty { color: var(--soft); padding: 16px 0; text-align: center; }`;

  function element(tag, properties = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (name.startsWith("on")) { made.addEventListener(name.slice(2), value); }
      else if (name in made) { made[name] = value; }
      else { made.setAttribute(name, value); }
    }
    made.append(...children.filter((one) => one !== null && one !== undefined));
    return made;
  }

  /** A button that keeps the focus when its list is drawn again: `control` tells it from all others. */
  function button(control, properties) {
    const made = element("button", { type: "button", ...properties });
    made.dataset.control = control;
    return made;
  }

  /** Black or white, whichever has more contrast with a background (WCAG's relative luminance). */
  function readableOn(colour) {
    const [red, green, blue] = [1, 3, 5].map((at) => {
      const share = parseInt(colour.slice(at, at + 2), 16) / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000" : "#fff";
  }

  function initials(name) {
    return name.split(/\s+/).map((word) => word[0] || "").join("").slice(0, 2).toUpperCase();
  }

  /** <pulse-threads api-key token room endpoint>: who is here, the threads of the room, and a form. */
  class PulseThreads extends HTMLElement {
    static get observedAttributes() { return ["api-key", "token", "room", "endpoint"]; }

    constructor() {
      super();
      const root = this.attachShadow({ mode: "open" });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      root.adoptedStyleSheets = [sheet];
      this._drafts = new Map();
      this._head = element("header");
      this._list = element("div", {});
      this._input = element("input", { placeholder: "Start a thread", "aria-label": "Start a thread", maxLength: 10000 });
      const form = element("form", { onsubmit: (event) => this._start(event) }, this._input, element("button", { textContent: "Send" }));
      root.append(this._head, form, this._list);
    }

    connectedCallback() { this._restart(); }
    disconnectedCallback() { clearTimeout(this._soon); if (this.client) { this.client.destroy(); this.client = null; } }
    attributeChangedCallback() { if (this.isConnected) { this._restart(); } }

    _restart() {
      clearTimeout(this._soon);
      this._soon = setTimeout(() => {
        if (this.client) { this.client.destroy(); this.client = null; }
        const [apiKey, token, room] = ["api-key", "token", "room"].map((name) => this.getAttribute(name));
        if (!apiKey || !token || !room) { this._render(); return; }
        this.client = new PulseClient({ apiKey, token, room, endpoint: this.getAttribute("endpoint") || undefined });
        this.client.on("state", () => this._render());
        this.client.on("connection", () => this._render());
        this.client.on("auth:error", (error) => { this._refused = error.message; this._render(); });
        this.client.on("error", (error) => { this._notice = error.message; this._render(); });
        this._refused = this._notice = "";
        this.client.connect();
      });
    }

    _start(event) {
      event.preventDefault();
      const body = this._input.value.trim();
      if (body && this._connected()) {
        this.client.createThread(body);
        this._input.value = "";
      }
    }

    /** Whether something can be said now; what was written stays in its place otherwise. */
    _connected() {
      this._notice = "";
      return this.client && this.client.connectionState === "connected";
    }

    _render() {
      const state = this.client ? this.client.state : new PulseState();
      const active = this.shadowRoot.activeElement;
      const focused = active && active.dataset.control;
      const caret = focused && [active.selectionStart, active.selectionEnd];
      this._head.replaceChildren(
        element("div", { className: "row" }, ...state.presence.map((one) => this._face(one))),
        element("span", { className: "soft", role: "status", textContent: this._status() }),
      );
      const threads = state.threads.slice().sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
      this._list.setAttribute("role", threads.length ? "list" : "presentation"); // a list has items
      this._list.replaceChildren(...(threads.length
        ? threads.map((one) => this._thread(one, state))
        : [element("p", { className: "empty", textContent: "Nothing said here yet. Start the first thread above." })]));
      if (focused) {
        const again = this.shadowRoot.querySelector(`[data-control="${CSS.escape(focused)}"]`);
        if (again) { again.focus(); }
        if (again && again.value) { again.setSelectionRange(...caret); }
      }
    }

    _status() {
      if (this._refused || this._notice) { return this._refused || this._notice; }
      return this.client ? this.client.connectionState : "Set api-key, token and room";
    }

    _face(entry) {
      const face = element("span", { className: `face ${entry.status}`, title: `${plain(entry.user.name)}: ${entry.status}`, textContent: initials(plain(entry.user.name)) });
      const colour = /^#[0-9a-f]{6}$/i.test(entry.user.color) ? entry.user.color : "#64748b";
      face.style.background = colour;
      face.style.color = readableOn(colour);
      return face;
    }

    _thread(thread, state) {
      const draft = element("input", { placeholder: "Reply", "aria-label": "Reply", value: this._drafts.get(thread.id) || "", maxLength: 10000 });
      draft.dataset.control = `draft ${thread.id}`;
      draft.addEventListener("input", () => {
        this._drafts.set(thread.id, draft.value);
        this.client.sendTyping(thread.id);
      });
      const reply = (event) => {
        event.preventDefault();
        if (!draft.value.trim() || !this._connected()) { return; }
        this._drafts.delete(thread.id);
        this.client.reply(thread.id, draft.value.trim());
        draft.value = "";
      };
      return element("article", { className: thread.resolved ? "resolved" : "", role: "listitem" },
        ...thread.comments.map((one) => this._comment(one, state)),
        element("form", { onsubmit: reply }, draft, button(`reply ${thread.id}`, { type: "submit", textContent: "Reply" })),
        element("div", { className: "row" },
          button(`resolve ${thread.id}`, { textContent: thread.resolved ? "Reopen" : "Resolve", onclick: () => this.client.resolveThread(thread.id, !thread.resolved) }),
          thread.resolved ? element("span", { className: "soft", textContent: "Resolved" }) : null));
    }

    _comment(comment, state) {
      const author = state.getUser(comment.userId);
      const mine = state.user && comment.userId === state.user.id;
      const when = new Date(comment.createdAt).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
      const body = plain(comment.body);
      return element("div", { className: "comment" },
        element("div", { className: "row" },
          element("strong", { textContent: author ? plain(author.name) : "Unknown" }),
          element("span", { className: "soft", textContent: comment.editedAt ? `${when} (edited)` : when })),
        body === "(attachment)" ? null : element("p", { textContent: body }),
        ...comment.attachments.map((one) => this._attachment(one)),
        element("div", { className: "row" }, ...this._reactions(comment, state),
          mine ? button(`delete ${comment.id}`, { textContent: "Delete", onclick: () => this.client.deleteComment(comment.id) }) : null));
    }

    _attachment(file) {
      const url = this.client.fileUrl(file.url);
      if (file.type === "image") { return element("img", { src: this.client.fileUrl(file.thumbnailUrl) || url, alt: plain(file.filename) }); }
      return element(file.type === "audio" ? "audio" : "video", { src: url, controls: true });
    }

    _reactions(comment, state) {
      const given = state.getReactions(comment.id);
      const shown = new Set([...given.map((one) => one.emoji), EMOJI[0]]);
      return [...shown].map((emoji) => {
        const all = given.filter((one) => one.emoji === emoji);
        const own = all.find((one) => state.user && one.userId === state.user.id);
        return button(`react ${comment.id} ${emoji}`, {
          "aria-pressed": String(Boolean(own)), "aria-label": `React with ${emoji}`,
          textContent: all.length ? `${emoji} ${all.length}` : emoji,
          onclick: () => (own ? this.client.removeReaction(own.id) : this.client.addReaction(comment.id, "comment", emoji)),
        });
      });
    }
  }

  window.Pulse = { PulseClient };
  if (!customElements.get("pulse-threads")) { customElements.define("pulse-threads", PulseThreads); }
})();
