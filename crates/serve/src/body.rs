//! The body of an answer: a file read piece by piece, or what a [`Fault`] makes of it.

use std::fs::File;
use std::io::{Error, ErrorKind, Read};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::Fault;

/// Bytes read and sent at a time.
const PIECE: usize = 64 * 1024;

/// Time between the last byte of a cut delivery and its end: hyper throws away what it hasn't
/// written yet when a body fails.
const LINGER: Duration = Duration::from_millis(50);

/// A file on its way, with the faults that strike it.
pub(crate) struct FileBody {
    file: File,
    sent: u64,
    length: u64,
    corrupt_at: Option<u64>,
    end: Option<End>,
    pace: Option<Pace>,
    linger: Option<Pin<Box<Sleep>>>,
}

/// Where and how the file stops before its end.
#[derive(Clone, Copy)]
enum End {
    Cut(u64),
    Stall(u64),
}

/// Holds a body to a number of bytes a second.
struct Pace {
    bytes_per_second: u64,
    start: Instant,
    sleep: Pin<Box<Sleep>>,
}

impl FileBody {
    /// Reads `file` from its beginning; `length` is announced and holds.
    pub(crate) fn new(file: File, length: u64, faults: &[Fault]) -> Self {
        let mut body = Self {
            file,
            sent: 0,
            length,
            corrupt_at: None,
            end: None,
            pace: None,
            linger: None,
        };
        for fault in faults {
            match *fault {
                Fault::CutAfter(bytes) => body.end = Some(End::Cut(bytes)),
                Fault::StallAfter(bytes) => body.end = Some(End::Stall(bytes)),
                Fault::CorruptAt(offset) => body.corrupt_at = Some(offset),
                Fault::BytesPerSecond(rate) => {
                    let start = Instant::now();
                    body.pace = Some(Pace {
                        bytes_per_second: rate.max(1),
                        start,
                        sleep: Box::pin(sleep_until(start)),
                    });
                }
                Fault::Silence
                | Fault::Status(_)
                | Fault::Delay(_)
                | Fault::FirstPage
                | Fault::MediaType(_)
                | Fault::Header(..) => {}
            }
        }
        body
    }

    /// Bytes that may be sent next, at most a piece.
    fn allowance(&self) -> u64 {
        let limit = match self.end {
            Some(End::Cut(at) | End::Stall(at)) => at.min(self.length),
            None => self.length,
        };
        let piece = match &self.pace {
            // Ten pieces a second, so that a progress bar has something to show.
            Some(pace) => (pace.bytes_per_second / 10).clamp(1, PIECE as u64),
            None => PIECE as u64,
        };
        (limit - self.sent).min(piece)
    }
}

impl Body for FileBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if self.sent == self.length {
            return Poll::Ready(None);
        }
        let allowance = self.allowance();
        if allowance == 0 {
            if let Some(End::Stall(_)) = self.end {
                // No waker is kept: the connection waits until the browser gives it up.
                return Poll::Pending;
            }
            let linger = self
                .linger
                .get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + LINGER)));
            ready!(linger.as_mut().poll(context));
            return Poll::Ready(Some(Err(ErrorKind::ConnectionAborted.into())));
        }
        if let Some(pace) = &mut self.pace {
            ready!(pace.sleep.as_mut().poll(context));
        }
        let mut piece = vec![0; usize::try_from(allowance).unwrap_or(PIECE)];
        let read = match self.file.read(&mut piece) {
            // The file got shorter under our hands: what was announced can't be kept.
            Ok(0) => return Poll::Ready(Some(Err(ErrorKind::UnexpectedEof.into()))),
            Ok(read) => read,
            Err(error) => return Poll::Ready(Some(Err(error))),
        };
        piece.truncate(read);
        let begin = self.sent;
        self.sent += read as u64;
        if let Some(at) = self.corrupt_at
            && (begin..self.sent).contains(&at)
            && let Ok(index) = usize::try_from(at - begin)
        {
            piece[index] = !piece[index];
        }
        let sent = self.sent;
        if let Some(pace) = &mut self.pace {
            let due =
                pace.start + Duration::from_secs_f64(sent as f64 / pace.bytes_per_second as f64);
            pace.sleep.as_mut().reset(due);
        }
        Poll::Ready(Some(Ok(Frame::data(piece.into()))))
    }

    fn is_end_stream(&self) -> bool {
        self.sent == self.length
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length - self.sent)
    }
}
