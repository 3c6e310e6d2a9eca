//! The webview: one page of one origin, with everything refused that a browser would offer. Its callbacks only enqueue.

use std::cell::RefCell;
use std::rc::Rc;

use anyhow::Context;
use tao::platform::unix::WindowExtUnix;
use webkit2gtk::{
    CacheModel, SettingsExt, UserContentInjectedFrames, UserContentManagerExt, UserScript, UserScriptInjectionTime,
    WebContextExt, WebViewExt,
};
use wry::{
    NewWindowResponse, PageLoadEvent, PermissionResponse, WebView, WebViewBuilder, WebViewBuilderExtUnix,
    WebViewExtUnix,
};

use crate::event::{Event, Queue};
use crate::nonce::Nonce;
use crate::origin::Origin;
use crate::page_script;
use crate::window::Frame;
use crate::zoom::Zoom;

/// The page and its nonces.
pub(crate) struct Page {
    webview: WebView,
    /// Where it may go; another one when the keeper says so.
    origin: Rc<RefCell<Origin>>,
    /// Of the load that runs; none before the first.
    nonce: Option<Nonce>,
    /// Of the load that comes: its script is set already.
    next_nonce: Nonce,
    /// Whether a page runs that could be told something.
    alive: bool,
}

impl Page {
    /// Loads the page into a window.
    ///
    /// # Errors
    /// If the engine refuses.
    pub(crate) fn open(frame: &Frame, url: &str, origin: Origin, queue: &Queue) -> anyhow::Result<Self> {
        let origin = Rc::new(RefCell::new(origin));
        let next_nonce = Nonce::generate()?;
        let script = page_script::opening(&next_nonce);
        let container = frame.window.default_vbox().context("a window without content")?;
        #[cfg(feature = "automation")]
        let mut automated = crate::automation::web_context()?;
        #[cfg(not(feature = "automation"))]
        let mut automated: Option<wry::WebContext> = None;
        let builder = match automated.as_mut() {
            Some(context) => WebViewBuilder::new_with_web_context(context),
            // Nothing of the page stays on the disk.
            None => WebViewBuilder::new().with_incognito(true),
        };
        let builder = builder.with_url(url).with_initialization_script_for_main_only(script, true);
        let webview = refuse_and_report(builder, &origin, queue).build_gtk(container)?;
        harden(&webview.webview());
        let dead = queue.clone();
        webview.webview().connect_web_process_terminated(move |_, _| dead.put(Event::PageDied));
        // The engine holds it too, and the process ends before anything else could.
        std::mem::forget(automated);
        Ok(Self { webview, origin, nonce: None, next_nonce, alive: false })
    }

    /// A load began: its nonce counts from now on, and the next one gets another. Messages of a page come after its load
    /// began, so none is missed.
    ///
    /// # Errors
    /// If there is no randomness.
    pub(crate) fn on_load_started(&mut self) -> anyhow::Result<()> {
        self.alive = true;
        let next = Nonce::generate()?;
        self.nonce = Some(std::mem::replace(&mut self.next_nonce, next));
        let manager = self.webview.webview().user_content_manager().context("an engine without scripts")?;
        manager.remove_all_scripts();
        manager.add_script(&UserScript::new(
            &page_script::opening(&self.next_nonce),
            UserContentInjectedFrames::TopFrame,
            UserScriptInjectionTime::Start,
            &[&self.origin.borrow().pattern()],
            &[],
        ));
        Ok(())
    }

    /// The process of the page is gone.
    pub(crate) fn on_death(&mut self) {
        self.alive = false;
        self.nonce = None;
    }

    /// The nonce of the load that runs.
    pub(crate) const fn nonce(&self) -> Option<&Nonce> {
        self.nonce.as_ref()
    }

    /// Whether the page of this address is ours.
    pub(crate) fn is_ours(&self, address: &str) -> bool {
        self.origin.borrow().is_page(address)
    }

    /// Goes to another address of the interface, perhaps of another start of the node.
    ///
    /// # Errors
    /// If it is no such address.
    pub(crate) fn load(&self, url: &str) -> anyhow::Result<()> {
        let origin = Origin::of(url).context("not an address of the interface")?;
        let stays = *self.origin.borrow() == origin;
        *self.origin.borrow_mut() = origin;
        match page_script::hand_over(url) {
            // The page that runs keeps what is on it; it only needs the ticket.
            Some(script) if stays && self.alive => self.webview.evaluate_script(&script)?,
            _ => self.webview.load_url(url)?,
        }
        Ok(())
    }

    /// Runs a script of [`page_script`] in the page.
    pub(crate) fn run(&self, script: &str) {
        if let Err(error) = self.webview.evaluate_script(script) {
            crate::complain(&format!("moot-window: {error}"));
        }
    }

    pub(crate) fn set_zoom(&self, zoom: Zoom) {
        if let Err(error) = self.webview.zoom(zoom.factor()) {
            crate::complain(&format!("moot-window: {error}"));
        }
    }

    pub(crate) fn focus(&self) {
        self.webview.focus().ok();
    }
}

/// What the page may not do, and what of its doings is told.
fn refuse_and_report<'a>(
    builder: WebViewBuilder<'a>,
    origin: &Rc<RefCell<Origin>>,
    queue: &Queue,
) -> WebViewBuilder<'a> {
    let allowed = Rc::clone(origin);
    let (heard, loads, titles) = (queue.clone(), queue.clone(), queue.clone());
    builder
        .with_devtools(false)
        .with_autoplay(false)
        .with_general_autofill_enabled(false)
        .with_back_forward_navigation_gestures(false)
        .with_background_color((30, 31, 34, 255))
        .with_navigation_handler(move |address| allowed.borrow().is_page(&address))
        .with_new_window_req_handler(|_, _| NewWindowResponse::Deny)
        .with_download_started_handler(|_, _| false)
        .with_permission_handler(|_| PermissionResponse::Deny)
        .with_ipc_handler(move |message| {
            let sender = message.uri().to_string();
            heard.put_from_page(sender, message.into_body());
        })
        .with_document_title_changed_handler(move |title| titles.put(Event::Titled { title }))
        .with_on_page_load_handler(move |event, _| {
            loads.put(match event {
                PageLoadEvent::Started => Event::LoadStarted,
                PageLoadEvent::Finished => Event::LoadFinished,
            });
        })
}

/// What the engine would allow by itself and a chat does not need.
fn harden(webview: &webkit2gtk::WebView) {
    if let Some(settings) = WebViewExt::settings(webview) {
        settings.set_enable_developer_extras(false);
        settings.set_enable_webgl(false);
        settings.set_enable_page_cache(false);
        settings.set_enable_dns_prefetching(false);
        settings.set_enable_media_stream(false);
        settings.set_allow_file_access_from_file_urls(false);
        settings.set_allow_universal_access_from_file_urls(false);
        settings.set_javascript_can_open_windows_automatically(false);
    }
    if let Some(context) = webview.context() {
        // One page: what browsers keep for going back and forth is memory for nothing.
        context.set_cache_model(CacheModel::DocumentViewer);
    }
}
