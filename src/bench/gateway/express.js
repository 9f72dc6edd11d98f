// The sketch's gateway as it is, but for its limit (out of the way) and its port and upstream (from outside).
const express = require('express');
const { rateLimit } = require('express-rate-limit');
const axios = require('axios');
const http = require('http');

const app = express();
app.use(express.json());
app.use('/api/', rateLimit({ windowMs: 15 * 60 * 1000, max: 1e9, message: 'Too many requests from this IP' }));
const services = { bench: process.env.UPSTREAM };
const agent = new http.Agent({ keepAlive: true });

app.all('/api/:service/*rest', async (req, res) => {
  const serviceUrl = services[req.params.service];
  if (!serviceUrl) {
    return res.status(404).json({ error: 'Service not found' });
  }
  const targetUrl = req.url.replace(`/api/${req.params.service}`, '');
  try {
    const response = await axios({
      method: req.method,
      url: serviceUrl + targetUrl,
      data: req.body,
      headers: { 'Authorization': req.headers.authorization },
      httpAgent: agent,
      timeout: 5000
    });
    res.status(response.status).json(response.data);
  } catch (error) {
    if (error.code === 'ECONNABORTED') {
      res.status(504).json({ error: 'Service timeout' });
    } else {
      res.status(500).json({ error: 'Service unavailable' });
    }
  }
});
app.listen(Number(process.env.PORT), '127.0.0.1');
