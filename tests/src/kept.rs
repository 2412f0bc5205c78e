//! What the page keeps on the device.

use anyhow::Result;
use serde_json::Value;

use crate::page::Page;

/// Does `ACT` with the store, a function of `store` that returns a request, and gives its result.
const WITH_STORE: &str = "const found = await indexedDB.databases();
    if (!found.some(({ name }) => name === 'semblance')) return null;
    const database = await new Promise((done, fail) => {
        const request = indexedDB.open('semblance');
        request.onsuccess = () => done(request.result);
        request.onerror = () => fail(request.error);
    });
    try {
        return await new Promise((done, fail) => {
            const transaction = database.transaction('semblance', 'readwrite');
            const store = transaction.objectStore('semblance');
            let result;
            const request = (ACT)(store);
            transaction.oncomplete = () => done(request.result ?? null);
            transaction.onabort = () => fail(transaction.error);
        });
    } finally {
        database.close();
    }";

impl Page {
    /// Does something with the store of what is kept: `act` is a function of it that returns a
    /// request, whose result it gives; null while the page has made none.
    ///
    /// # Errors
    /// The browser can't.
    pub async fn with_store(&self, act: &str) -> Result<Value> {
        let script = WITH_STORE.replace("ACT", act);
        self.run(&format!("return (async () => {{ {script} }})();"), vec![])
            .await
    }

    /// What is kept, as text: names and lines can be read in it.
    ///
    /// # Errors
    /// The browser can't tell.
    pub async fn kept(&self) -> Result<String> {
        let script = WITH_STORE.replace("ACT", "(store) => store.get('workspace')");
        let script = format!(
            "return (async () => {{ {script} }})().then((record) => record && new TextDecoder().decode(record));"
        );
        let text = self.run(&script, vec![]).await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Waits until these words are kept.
    ///
    /// # Errors
    /// They are not within a minute.
    pub async fn keeps(&self, words: &str) -> Result<()> {
        self.until(&format!("“{words}” to be kept"), async || {
            Ok(self.kept().await?.contains(words).then_some(()))
        })
        .await
    }
}
