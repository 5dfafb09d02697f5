//! Something on loopback that hears webhooks, and answers as a test wants it to.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// What is answered to a body: a status with more head lines; nothing is silence.
type Answer = dyn Fn(&str) -> Option<&'static str> + Send + Sync;

/// A receiver, as long as the test runs.
#[derive(Clone)]
pub struct Receiver {
    port: u16,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Receiver {
    /// One that takes everything.
    pub fn new() -> Self {
        Self::on(free_port(), |_| Some("200 OK"))
    }

    /// One that answers so.
    pub fn on(
        port: u16,
        answer: impl Fn(&str) -> Option<&'static str> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
        let receiver = Self {
            port,
            heard: Arc::default(),
        };
        let heard = Arc::clone(&receiver.heard);
        thread::spawn(move || {
            let mut silent = Vec::new();
            for stream in listener.incoming().flatten() {
                silent.extend(take(stream, &heard, &answer));
            }
        });
        receiver
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook", self.port)
    }

    /// The bodies that came until now.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    /// The kinds of events that came until now.
    pub fn kinds(&self) -> Vec<String> {
        let kind = |body: &String| {
            let body: serde_json::Value = serde_json::from_str(body).unwrap();
            body["kind"].as_str().unwrap().to_owned()
        };
        self.heard().iter().map(kind).collect()
    }
}

/// A port that nobody listens at.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// Hears one message; gives the stream back where nothing is to be said on it.
fn take(stream: TcpStream, heard: &Mutex<Vec<String>>, answer: &Answer) -> Option<TcpStream> {
    let mut reader = BufReader::new(&stream);
    let mut length = 0;
    let mut line = String::new();
    while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
        let (name, value) = line.trim().split_once(':').unwrap_or_default();
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().unwrap();
        }
        line.clear();
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let body = String::from_utf8(body).unwrap();
    heard.lock().unwrap().push(body.clone());
    let Some(status) = answer(&body) else {
        return Some(stream);
    };
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let _ = (&stream).write_all(head.as_bytes());
    None
}
