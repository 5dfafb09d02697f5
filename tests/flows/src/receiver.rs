//! Something that hears webhooks: an HTTP server on loopback that keeps what it is told.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{Ipv4Addr, TcpListener},
    sync::{Arc, Mutex},
    thread,
};

/// One message as it came.
#[derive(Clone, Debug)]
pub struct Heard {
    /// Headers, their names in small letters.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: String,
}

/// A receiver that runs until the test ends.
#[derive(Clone, Debug, Default)]
pub struct Receiver {
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Receiver {
    /// Listens on that port.
    pub fn on(port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
        let receiver = Self::default();
        let heard = Arc::clone(&receiver.heard);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut reader = BufReader::new(&stream);
                let mut headers = BTreeMap::new();
                let mut line = String::new();
                while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                    if let Some((name, value)) = line.trim().split_once(": ") {
                        headers.insert(name.to_lowercase(), value.to_owned());
                    }
                    line.clear();
                }
                let length = headers
                    .get("content-length")
                    .and_then(|text| text.parse().ok());
                let mut body = vec![0; length.unwrap_or_default()];
                if reader.read_exact(&mut body).is_err() {
                    continue;
                }
                let body = String::from_utf8_lossy(&body).into_owned();
                heard.lock().unwrap().push(Heard { headers, body });
                let _ = (&stream).write_all(
                    b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                );
            }
        });
        receiver
    }

    /// What it was told until now.
    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }
}
