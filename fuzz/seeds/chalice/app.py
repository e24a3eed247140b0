from chalice import Chalice, Rate, CognitoUserPoolAuthorizer, IAMAuthorizer

app = Chalice(app_name="books")
people = CognitoUserPoolAuthorizer(
    "people", provider_arns=["arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_a"])
signed = IAMAuthorizer()


@app.authorizer()
def check(request):
    return None


@app.route("/")
def index():
    return {}


@app.route("/books/{id}", methods=["GET", "DELETE"], authorizer=check)
def book(id):
    return {}


@app.route("/mine", authorizer=people, api_key_required=True)
def mine():
    return {}


@app.route("/admin", methods=["POST"], authorizer=signed, cors=True)
def admin():
    return {}


@app.schedule(Rate(1, unit=Rate.HOURS))
def tick(event):
    pass


@app.on_s3_event(bucket="uploads", events=["s3:ObjectCreated:*"], suffix=".csv")
def load(event):
    pass


@app.on_sqs_message(queue="jobs", batch_size=1)
def work(event):
    pass


@app.on_sns_message(topic="news")
def news(event):
    pass


@app.lambda_function(name="direct")
def by_hand(event, context):
    pass
